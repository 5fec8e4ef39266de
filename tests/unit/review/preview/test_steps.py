"""What the engine would do, told from its events."""

from __future__ import annotations

import pytest

from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.steps import Step, steps, unknown_outputs
from flow_mcp.review.preview.values import UNKNOWN, digest
from tests.unit.review.preview.events import STACK, URN, begins

PASSWORD = "urn:pulumi:acme::flow-mcp::azuread:index/applicationPassword:ApplicationPassword::importer"
KIND = "azuread:index/applicationPassword:ApplicationPassword"


def test_changed_unknown_and_replacing_properties_are_told_by_path() -> None:
    old, new = {"endDate": "2027-04-30"}, {"endDate": "2027-08-28", "applicationId": UNKNOWN}
    how = {"keys": ["endDate"], "detailedDiff": {"endDate": {"diffKind": "update-replace"}}}

    found = steps(
        [
            begins("update", old={"tenant": {"a": 1}}, new={"tenant": {"a": 2}}),
            begins("create-replacement", PASSWORD, KIND, old, new, **how),
            begins("replace", PASSWORD, KIND, old, new, **how),
            begins("delete-replaced", PASSWORD, KIND, old),
            begins("same", STACK, "pulumi:pulumi:Stack", {"a": 1}, {"a": 1}),
        ]
    )

    assert found == (
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


def test_what_an_interrupted_update_left_to_remove_is_told() -> None:
    (left,) = steps([begins("delete-replaced", PASSWORD, KIND, {"endDate": "2027-04-30"})])

    assert left == Step(PASSWORD, "delete-replaced", KIND)


def test_a_step_that_is_not_known_here_is_not_passed_over() -> None:
    with pytest.raises(PreviewError, match="reports the step 'teleport' for urn:pulumi:acme"):
        steps([begins("teleport")])


def test_outputs_that_a_preview_cannot_know_are_told_as_they_end() -> None:
    def outputs(values: object) -> dict[str, object]:
        new = {"outputs": values}
        return {"resOutputsEvent": {"metadata": {"urn": STACK, "type": "pulumi:pulumi:Stack", "new": new}}}

    found = unknown_outputs(
        [outputs({}), outputs({"settings": UNKNOWN, "authority": "x"})], "pulumi:pulumi:Stack"
    )

    assert found == ((STACK, "settings"),)
