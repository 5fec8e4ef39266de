"""The steps of a run, read from the engine's events."""

from __future__ import annotations

import pytest

from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.steps import Step, steps, unknown_outputs
from flow_mcp.review.preview.values import UNKNOWN, digest
from tests.unit.review.preview.events import STACK, URN, pre_event

PASSWORD = "urn:pulumi:acme::flow-mcp::azuread:index/applicationPassword:ApplicationPassword::importer"
KIND = "azuread:index/applicationPassword:ApplicationPassword"


def test_changed_unknown_and_replacing_properties_are_listed_by_path() -> None:
    old, new = {"endDate": "2027-04-30"}, {"endDate": "2027-08-28", "applicationId": UNKNOWN}
    details = {"keys": ["endDate"], "detailedDiff": {"endDate": {"diffKind": "update-replace"}}}

    changes = steps(
        [
            pre_event("update", old={"tenant": {"a": 1}}, new={"tenant": {"a": 2}}),
            pre_event("create-replacement", PASSWORD, KIND, old, new, **details),
            pre_event("replace", PASSWORD, KIND, old, new, **details),
            pre_event("delete-replaced", PASSWORD, KIND, old),
            pre_event("same", STACK, "pulumi:pulumi:Stack", {"a": 1}, {"a": 1}),
        ]
    )

    assert changes == (
        Step(
            PASSWORD,
            "replace",
            KIND,
            ("applicationId", "endDate"),
            ("endDate",),
            ("applicationId",),
            digest(new),
        ),
        Step(
            URN,
            "update",
            "flow-mcp:index:McpServerSettings",
            ("tenant.a",),
            digest=digest({"tenant": {"a": 2}}),
        ),
    )


def test_a_deletion_left_by_an_interrupted_update_is_a_step() -> None:
    (change,) = steps([pre_event("delete-replaced", PASSWORD, KIND, {"endDate": "2027-04-30"})])

    assert change == Step(PASSWORD, "delete-replaced", KIND)


def test_an_unknown_kind_of_step_is_an_error() -> None:
    with pytest.raises(PreviewError, match="reports the unknown step 'teleport' for urn:pulumi:acme"):
        steps([pre_event("teleport")])


def test_outputs_that_are_unknown_at_the_end_are_listed() -> None:
    def outputs(values: object) -> dict[str, object]:
        new = {"outputs": values}
        return {"resOutputsEvent": {"metadata": {"urn": STACK, "type": "pulumi:pulumi:Stack", "new": new}}}

    unknown = unknown_outputs(
        [outputs({}), outputs({"settings": UNKNOWN, "authority": "x"})], "pulumi:pulumi:Stack"
    )

    assert unknown == ((STACK, "settings"),)
