"""Files that candidates upload: evidence, documents, proofs."""
