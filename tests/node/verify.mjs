// Digital Bazaar's and Filip Skokan's verifiers on what we issue, offline. Reads one JSON order from standard input:
// the DID document, contexts and status lists by address, badges with a proof, tokens; writes a JSON list of verdicts,
// badges first: null where it holds, else a sentence.
import { readFileSync } from 'node:fs';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { createVerifyCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as jose from 'jose';
import * as vc from '@digitalbazaar/vc';

const order = JSON.parse(readFileSync(0, 'utf8'));
const suite = [eddsaRdfc, ecdsaRdfc, createVerifyCryptosuite()].map(
  (cryptosuite) => new DataIntegrityProof({ cryptosuite }),
);

const documentLoader = async (url) => {
  const document = order.contexts[url] ?? order.lists[url] ?? ofDid(url);
  if (document === undefined) {
    throw new Error(`nothing was handed over for ${url}`);
  }
  return { contextUrl: null, documentUrl: url, document: structuredClone(document) };
};

const ofDid = (url) => {
  if (url === order.did.id) {
    return order.did;
  }
  const method = order.did.verificationMethod.find(({ id }) => id === url);
  return method && { '@context': 'https://w3id.org/security/multikey/v1', ...method };
};

const ofBadge = async (credential) => {
  const result = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus });
  // The library says of each list what its bit is, and leaves it to us what that means.
  const set = (result.statusResult?.results ?? []).filter(({ status }) => status);
  if (result.verified && set.length > 0) {
    return set.map(({ credentialStatus }) => credentialStatus.statusPurpose).join(', ');
  }
  if (result.verified) {
    return null;
  }
  return result.error?.errors?.[0]?.message ?? result.error?.message ?? 'the status is bad';
};

const ofToken = async (token) => {
  const { kid, alg } = jose.decodeProtectedHeader(token);
  const method = order.did.verificationMethod.find(({ publicKeyJwk }) => publicKeyJwk && kid.endsWith(publicKeyJwk.kid));
  await jose.jwtVerify(token, await jose.importJWK(method.publicKeyJwk, alg));
  return null;
};

const said = async (verdict) => {
  try {
    return await verdict;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

const verdicts = [];
for (const badge of order.badges) {
  verdicts.push(await said(ofBadge(badge)));
}
for (const token of order.tokens) {
  verdicts.push(await said(ofToken(token)));
}
process.stdout.write(JSON.stringify(verdicts));
