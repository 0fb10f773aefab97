"""Wallets: a candidate's wallet fetches the badge by OpenID for Verifiable Credential Issuance 1.0."""
