"""A conformance harness: the badge adapter behind the VC-API, for suites that others wrote. No part of the product."""
