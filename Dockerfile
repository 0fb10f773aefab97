# Two stages: what installs stays behind, what serves is small, owned by root and run by nobody in particular.
FROM python:3.11-slim AS install
WORKDIR /srv
COPY requirements-uv.lock requirements.lock ./
RUN python -m venv /opt/installer \
    && /opt/installer/bin/python -m pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && python -m venv --without-pip .venv \
    && /opt/installer/bin/uv pip install --no-cache --python .venv/bin/python --compile-bytecode \
        --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY domain domain
COPY adapters adapters
COPY api api
COPY migrations migrations
COPY policies policies
COPY openapi openapi
RUN /opt/installer/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q domain adapters api migrations

FROM python:3.11-slim
RUN groupadd --system --gid 10001 certificant \
    && useradd --system --uid 10001 --gid certificant --home-dir /var/lib/certificant --create-home certificant
COPY --from=install /srv /srv
WORKDIR /srv
ENV PATH=/srv/.venv/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CERTIFICANT_DATA_DIR=/var/lib/certificant CERTIFICANT_HOST=0.0.0.0 CERTIFICANT_PORT=8000
USER certificant
VOLUME /var/lib/certificant
EXPOSE 8000
# An interpreter is all that is certain to be here.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Migrating is safe to repeat, and safe beside a sibling that does the same.
ENTRYPOINT ["/bin/sh", "-c", "certificant migrate && exec certificant \"$@\"", "certificant"]
CMD ["serve"]
