"""Badges as the world reads them: canonical forms, proofs, tokens, the issuer's DID, pinned contexts."""
