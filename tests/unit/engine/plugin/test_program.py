"""How a Pulumi program reports errors of the plugin."""

from __future__ import annotations

import pulumi
import pytest

from flow_mcp.engine.plugin.program import cause, errors_reported

GET_GROUP = "keycloak:index/getGroup:getGroup"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            f"invoke of {GET_GROUP} failed: invocation of {GET_GROUP} returned an error: "
            f"invoking {GET_GROUP}: 1 error occurred:\n\t* no such group\n\n",
            "no such group",
        ),
        ("2 errors occurred:\n\t* one\n\t* two\n\n", "2 errors occurred:\n\t* one\n\t* two"),
        ("the realm has no group x: invoke it", "the realm has no group x: invoke it"),
    ],
)
def test_the_prefixes_of_a_plugins_error_are_removed(text: str, reason: str) -> None:
    assert cause(RuntimeError(text)) == reason


def test_an_error_is_reported_once_with_the_exit_code_for_a_reported_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended, errors_reported():
        raise pulumi.RunError("the declaration is refused")
    assert ended.value.code == 32
    assert capsys.readouterr().err == "error: the declaration is refused\n"


def test_an_unexpected_error_keeps_its_traceback() -> None:
    with pytest.raises(ValueError, match="a mistake of ours"), errors_reported():
        raise ValueError("a mistake of ours")
