"""Routes that are loaded, and that FastAPI builds, when they are first asked for.

To build one (its parameters read, a validator made for each) costs a millisecond or two; two hundred of them would be
a quarter of the start of a process. What is wrong with a declaration shows nevertheless before anything is released:
the document is built from all of them.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send


class LazyRoute(BaseRoute):
    """Stands for a route until the first request whose path has its shape. Parameters are whole segments."""

    def __init__(self, method: str, path: str, build: Callable[[], BaseRoute]) -> None:
        """Serve `method` at `path` with what `build` makes, once."""
        self.methods = {method}
        self.path = path
        self._shape = tuple(None if segment.startswith("{") else segment for segment in path.split("/"))
        self._build = build

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the built route; a path of another shape builds nothing."""
        if scope["type"] == "http" and (scope.get("root_path") or self._has_shape(scope["path"])):
            return self._built.matches(scope)
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the built route."""
        await self._built.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """As the built route."""
        return self._built.url_path_for(name, **path_params)

    @cached_property
    def _built(self) -> BaseRoute:
        return self._build()

    def _has_shape(self, path: str) -> bool:
        segments = path.split("/")
        return len(segments) == len(self._shape) and all(
            wanted is None or wanted == segment for wanted, segment in zip(self._shape, segments, strict=True)
        )


class LazySlice(BaseRoute):
    """Stands for all routes beneath some paths until `Dispatch`, asked for one of them, puts them in its place."""

    def __init__(self, paths: Sequence[str], load: Callable[[], Sequence[BaseRoute]]) -> None:
        """Serve whatever lies at or beneath `paths` by the routes that `load` finds."""
        self.paths = paths
        self.load = load

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Nothing: it is never what answers."""
        del scope
        return Match.NONE, {}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """No route here has this name, as far as is known."""
        raise NoMatchFound(name, path_params)
