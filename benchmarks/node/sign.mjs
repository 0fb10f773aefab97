// How fast @digitalbazaar/vc signs badges in one process. It reads one JSON order from standard input: the badge
// without its proof, the contexts it names, and how many to sign; it writes the seconds as JSON.
// The packages are looked for under the directory that the variable BENCHMARK_NODE_MODULES names.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';

const require = createRequire(pathToFileURL(`${process.env.BENCHMARK_NODE_MODULES}/package.json`));
const load = async (name) => import(pathToFileURL(require.resolve(name)));

const vc = await load('@digitalbazaar/vc');
const { DataIntegrityProof } = await load('@digitalbazaar/data-integrity');
const Ed25519Multikey = await load('@digitalbazaar/ed25519-multikey');
const { cryptosuite } = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');

const order = JSON.parse(readFileSync(0, 'utf8'));
const contexts = new Map(Object.entries(order.contexts));
const documentLoader = async (url) => {
  const document = contexts.get(url);
  if (document === undefined) {
    throw new Error(`no context ${url} was handed over`);
  }
  return { contextUrl: null, documentUrl: url, document, tag: 'static' };
};

const controller = order.badge.issuer.id ?? order.badge.issuer;
const key = await Ed25519Multikey.generate({ controller, id: `${controller}#key` });
const suite = new DataIntegrityProof({ signer: key.signer(), cryptosuite });

const sign = async (number) => {
  const credential = structuredClone(order.badge);
  credential.id = `${order.badge.id}-${number}`;
  return vc.issue({ credential, suite, documentLoader });
};

for (let number = 0; number < 20; number += 1) {
  await sign(number);
}
const begun = process.hrtime.bigint();
let last;
for (let number = 0; number < order.count; number += 1) {
  last = await sign(number);
}
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
process.stdout.write(JSON.stringify({ seconds, proof: last.proof.proofValue }));
