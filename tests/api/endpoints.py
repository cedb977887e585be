"""The lists of the data interface, by the last part of their address."""

LISTS = (
    "regions",
    "policies",
    "standards",
    "facilities",
    "findings",
    "plan-targets",
    "progress",
    "subsidy-claims",
    "subsidy-payments",
    "training-quotas",
)
