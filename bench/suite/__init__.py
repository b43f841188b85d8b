# SPDX-License-Identifier: Apache-2.0
"""The benchmark suite: what runs, what is made of its figures, and how they are shown."""
