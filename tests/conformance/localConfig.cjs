// Tells the suites of the W3C and its community group where the harness is and what it does.
//
// Copy it into a suite's folder. CONFORMANCE names the file with what the harness printed when it started; there stand
// its address and in whose names it issues.
const { readFileSync } = require('node:fs');

const { address, issuers } = JSON.parse(readFileSync(process.env.CONFORMANCE, 'utf8'));
const named = (beginning) => Object.keys(issuers).find((did) => did.startsWith(beginning));
const [web, ed25519, p256] = ['did:web:', 'did:key:z6Mk', 'did:key:zDn'].map(named);

const supports = { vc: ['1.1', '2.0'] };
const ecdsa = { supports, supportedEcdsaKeyTypes: ['P-256'] };
const issuer = (id, tags, options, more = { supports }) => ({
  id, tags, options, ...more, endpoint: `${address}/credentials/issue`,
});
const verifier = (tags, more = { supports }) => ({
  id: web, tags, ...more, endpoint: `${address}/credentials/verify`,
});

module.exports = {
  // Interoperability is with itself: the other implementations that the suites know are elsewhere.
  settings: { enableInteropTests: true, testAllImplementations: false },
  implementations: [{
    name: 'certificant',
    implementation: 'certificant',
    issuers: [
      issuer(ed25519, ['vc2.0', 'vc-api', 'eddsa-rdfc-2022'], { cryptosuite: 'eddsa-rdfc-2022' }),
      issuer(ed25519, ['eddsa-jcs-2022'], { cryptosuite: 'eddsa-jcs-2022' }),
      issuer(p256, ['ecdsa-rdfc-2019'], { cryptosuite: 'ecdsa-rdfc-2019' }, ecdsa),
      issuer(web, ['EnvelopingProof'], { cryptosuite: 'vc+jwt' }),
      issuer(web, ['BitstringStatusList'], { credentialStatus: 'request' }),
    ],
    verifiers: [
      verifier(['vc2.0', 'vc-api', 'eddsa-rdfc-2022', 'eddsa-jcs-2022', 'EnvelopingProof', 'BitstringStatusList']),
      verifier(['ecdsa-rdfc-2019'], ecdsa),
    ],
    vpVerifiers: [
      { id: web, tags: ['vc2.0', 'vc-api'], endpoint: `${address}/presentations/verify` },
    ],
  }],
};
