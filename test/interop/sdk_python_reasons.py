# SPDX-License-Identifier: Apache-2.0
"""Why tests of the official Python SDK fail: on either server, on ours alone, on the real one alone. A key is the name of
a test or a pattern of names."""

ON_BOTH = {}
ON_OURS = {}
ON_REAL = {}
