"""Base classes of the REST API under /api/v1/, and the lists and figures that the kernel itself publishes.

Everything is read-only. A list declares its fields and parameters once; rows, exports, explanations and the OpenAPI
schema are made from that declaration.
"""
