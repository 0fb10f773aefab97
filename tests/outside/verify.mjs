// Digital Bazaar's and Filip Skokan's verifiers on badges in files; no network.
//
//   node tests/outside/verify.mjs DIRECTORY [NOW]
//
// DIRECTORY holds did.json, contexts.json and lists.json (documents by address), and badges/*.json and badges/*.jwt.
// NOW is an instant (RFC 3339), else the clock's. Prints a JSON object: each badge's file with {verified, fault}.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as bitstring from '@digitalbazaar/vc-bitstring-status-list';
import * as jose from 'jose';
import * as vc from '@digitalbazaar/vc';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createVerifyCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const [directory, stated] = process.argv.slice(2);
const now = stated ? new Date(stated) : new Date();
const read = (...path) => readFileSync(join(directory, ...path), 'utf8');
const [did, contexts, lists] = ['did.json', 'contexts.json', 'lists.json'].map((name) => JSON.parse(read(name)));
const suite = [eddsaRdfc, ecdsaRdfc, createVerifyCryptosuite()].map(
  (cryptosuite) => new DataIntegrityProof({ cryptosuite }),
);
const DIALECTS = { 'vc+jwt': 'ES256', JWT: 'RS256' };

const method = (url) => {
  const found = did.verificationMethod.find(({ id }) => id === url);
  return found && { '@context': 'https://w3id.org/security/multikey/v1', ...found };
};

const documentLoader = async (url) => {
  const document = contexts[url] ?? lists[url] ?? (url === did.id ? did : method(url));
  if (document === undefined) {
    throw new Error(`nothing was handed over for ${url}`);
  }
  return { contextUrl: null, documentUrl: url, document: structuredClone(document) };
};

/** What the status lists say against a credential; the library tells each bit, and leaves it to us what that means. */
const ofStatus = ({ verified, results, error }) => {
  if (!verified) {
    return error?.errors?.[0]?.message ?? error?.message ?? 'the status could not be checked';
  }
  const set = (results ?? []).filter(({ status }) => status);
  return set.length === 0 ? null : set.map(({ credentialStatus }) => credentialStatus.statusPurpose).join(', ');
};

const ofProof = async (credential) => {
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, now, checkStatus: bitstring.checkStatus,
  });
  if (result.statusResult?.verified) {
    const said = ofStatus(result.statusResult);
    if (said !== null) {
      return said;
    }
  }
  return result.verified ? null : (result.error?.errors?.[0]?.message ?? result.error?.message ?? 'not verified');
};

const ofToken = async (token) => {
  const { kid, alg, typ } = jose.decodeProtectedHeader(token);
  if (DIALECTS[typ] !== alg) {
    return `${typ} is not signed by ${alg}`;
  }
  // A kid is the key's DID URL, or an address of the body's that ends with the key's own id.
  const web = `//${did.id.slice('did:web:'.length).split(':').map(decodeURIComponent).join('/')}/keys/`;
  const found = did.verificationMethod.find(
    ({ id, publicKeyJwk }) => publicKeyJwk && (id === kid || `${web}${publicKeyJwk.kid}` === kid.replace(/^https?:/, '')),
  );
  if (!found || !did.assertionMethod.includes(found.id)) {
    return 'the DID document has no such key';
  }
  const key = await jose.importJWK(found.publicKeyJwk, alg);
  const { payload } = await jose.jwtVerify(token, key, { algorithms: [alg], typ, currentDate: now });
  if (payload.issuer.id !== did.id || (payload.iss ?? did.id) !== did.id) {
    return 'another issuer';
  }
  if (now < new Date(payload.validFrom) || now > new Date(payload.validUntil)) {
    return 'not in its time';
  }
  return ofStatus(await bitstring.checkStatus({ credential: payload, suite, documentLoader }));
};

const verdict = async (name) => {
  try {
    const content = read('badges', name);
    const fault = name.endsWith('.jwt') ? await ofToken(content.trim()) : await ofProof(JSON.parse(content));
    return { verified: fault === null, fault };
  } catch (error) {
    return { verified: false, fault: `${error.name}: ${error.message}` };
  }
};

const verdicts = {};
for (const name of readdirSync(join(directory, 'badges')).sort()) {
  verdicts[name] = await verdict(name);
}
process.stdout.write(`${JSON.stringify(verdicts, null, 1)}\n`);
