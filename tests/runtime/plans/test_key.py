from dataclasses import fields, replace

import pytest

from mimo_runtime.plans.key import PlanKey
from tests.runtime.plans.plans import KEY

CHANGED = {
    "engine": "tensorrt-rtx",
    "engine_version": "11.4.1",
    "arch": "sm_89",
    "precision": "bf16",
    "bundle_digest": "c" * 64,
    "options": {"level": 2, "stripped": True},
    "kernels_digest": "l" * 64,
    "triton_version": "3.9.0",
    "schema": 2,
}


@pytest.mark.parametrize("field", [field.name for field in fields(PlanKey)])
def test_every_field_changes_the_digest_and_the_folder(field: str) -> None:
    other = replace(KEY, **{field: CHANGED[field]})
    assert other.digest() != KEY.digest()
    assert other.folder_name != KEY.folder_name


def test_the_order_of_options_changes_nothing() -> None:
    assert replace(KEY, options={"stripped": True, "level": 3}).digest() == KEY.digest()


def test_the_digest_is_stable() -> None:
    # Plans outlive the program that built them: the digest may change only with the schema.
    assert KEY.folder_name == "tensorrt-sm_90-fp16-6d890914a18c"
