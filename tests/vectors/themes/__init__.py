"""The vectors, one file for each theme."""

from __future__ import annotations

from tests.vectors.themes import (
    algorithms,
    attacks,
    auth0,
    claims,
    clients,
    conditions,
    decision_table,
    dpop,
    entra,
    form,
    keycloak,
    keys,
    move,
    order,
    proofs,
    requests,
    resources,
    rfc9068,
    scalekit,
    scopes,
)

ALL = tuple(
    module.theme
    for module in (
        algorithms,
        attacks,
        auth0,
        claims,
        clients,
        conditions,
        decision_table,
        dpop,
        entra,
        form,
        keycloak,
        keys,
        move,
        order,
        proofs,
        requests,
        resources,
        rfc9068,
        scalekit,
        scopes,
    )
)
