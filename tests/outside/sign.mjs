// Digital Bazaar's signer on badges that are not ours; no network.
//
//   node tests/outside/sign.mjs < BADGE
//
// BADGE is JSON with `badge`, a credential without a proof, and `contexts` by address. The issuer becomes a did:key made
// for each suite. Prints a JSON object: each cryptosuite's name with the signed credential.
import { readFileSync } from 'node:fs';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createSignCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const { badge, contexts } = JSON.parse(readFileSync(0, 'utf8'));
const documentLoader = async (url) => {
  if (contexts[url] === undefined) {
    throw new Error(`nothing was handed over for ${url}`);
  }
  return { contextUrl: null, documentUrl: url, document: structuredClone(contexts[url]) };
};

const signed = async (keyPair, cryptosuite) => {
  const { publicKeyMultibase } = await keyPair.export({ publicKey: true });
  const did = `did:key:${publicKeyMultibase}`;
  keyPair.id = `${did}#${publicKeyMultibase}`;
  keyPair.controller = did;
  const suite = new DataIntegrityProof({ signer: keyPair.signer(), cryptosuite });
  const credential = { ...badge, issuer: { ...badge.issuer, id: did } };
  return vc.issue({ credential, suite, documentLoader });
};

const said = {};
for (const cryptosuite of [eddsaRdfc, createSignCryptosuite(), ecdsaRdfc]) {
  const made = cryptosuite === ecdsaRdfc ? EcdsaMultikey.generate({ curve: 'P-256' }) : Ed25519Multikey.generate();
  said[cryptosuite.name] = await signed(await made, cryptosuite);
}
process.stdout.write(JSON.stringify(said));
