import pytest

from mimo_kernels import ptx

TEXT = """//
// Generated
.version 8.3
.target sm_90a
.address_size 64

	// .globl	attend
.extern .shared .align 16 .b8 global_smem[];
.visible .entry attend(
	.param .u64 .ptr .global .align 1 attend_param_0,
	.param .u64 .ptr .global .align 1 attend_param_1,
	.param .u64 .ptr .global .align 1 attend_param_2,
	.param .u64 .ptr .global .align 1 attend_param_3
)
.reqntid 128
{
	.reg .b64 	%rd<60>;
	.loc	1 3 0                           // somewhere/attend.py:3:0
$L__func_begin0:
	ld.param.b64 	%rd6, [attend_param_1];
	ld.param.b64 	%rd15, [attend_param_0];
	ret;
}
	.file	1 "/somewhere/attend.py"
	.section	.debug_abbrev
	{
.b8 1
.b8 17                                  // DW_TAG_compile_unit
	}
	.section	.debug_macinfo	{	}
"""


def test_the_entry_is_read_whole() -> None:
    kernel = ptx.entry(TEXT)
    assert (kernel.name, kernel.threads) == ("attend", (128, 1, 1))
    assert [parameter[-1] for parameter in kernel.parameters] == ["0", "1", "2", "3"]
    assert ptx.entry(TEXT.replace("128", "384, 2")).threads == (384, 2, 1)
    assert (ptx.version(TEXT), ptx.target(TEXT)) == (83, "sm_90a")


def test_only_the_declared_parameters_stay() -> None:
    stripped = ptx.without_hidden_parameters(TEXT, 2)
    assert len(ptx.entry(stripped).parameters) == 2
    assert "attend_param_2" not in stripped
    assert "[attend_param_1]" in stripped
    assert ptx.without_hidden_parameters(stripped, 2) == stripped


def test_a_parameter_that_the_code_reads_is_not_stripped() -> None:
    reads_last = TEXT.replace("ret;", "ld.param.b64 %rd7, [attend_param_3+0];")
    with pytest.raises(ValueError, match="reads its hidden parameter attend_param_3"):
        ptx.without_hidden_parameters(reads_last, 2)


def test_a_longer_name_is_another_parameter() -> None:
    reads_other = TEXT.replace("ret;", "ld.param.b64 %rd7, [attend_param_31];")
    assert "attend_param_31" in ptx.without_hidden_parameters(reads_other, 2)


@pytest.mark.parametrize("declared", [1, 5])
def test_another_count_than_the_launch_declares_is_refused(declared: int) -> None:
    with pytest.raises(ValueError, match=f"{declared} are declared"):
        ptx.without_hidden_parameters(TEXT, declared)


def test_no_source_file_stays_in_the_text() -> None:
    bare = ptx.without_sources(TEXT)
    assert not any(word in bare for word in ("somewhere", "debug", ".loc", ".file", "//", ".b8 17"))
    assert ptx.entry(bare) == ptx.entry(TEXT)
    assert bare.rstrip().endswith("ret;\n}")


@pytest.mark.parametrize("text", ["", TEXT + TEXT, TEXT.replace(".reqntid 128", "")])
def test_a_file_without_one_fixed_kernel_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one kernel with a fixed number of threads"):
        ptx.entry(text)


def test_a_file_that_is_not_ptx_is_refused() -> None:
    with pytest.raises(ValueError, match="names no version"):
        ptx.version("kernel")
    with pytest.raises(ValueError, match="names no target"):
        ptx.target("kernel")
