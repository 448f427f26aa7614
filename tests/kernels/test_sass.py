from mimo_kernels import sass

# a loop with products, its wait placed behind the end of the kernel, then a loop without any
TEXT = """
attend:
        /*0000*/                   LDC R1, c[0x0][0x28] ;
        /*0010*/              @!P0 LDG.E.128 R16, desc[UR24][R16.64] ;
        /*0020*/               @P1 BRA `(.L_x_9) ;
.L_x_0:
        /*0030*/                   HGMMA.64x64x16.F32 R24, gdesc[UR4], RZ, !UPT ;
.L_x_1:
        /*0040*/                   MUFU.EX2 R7, R7 ;
        /*0050*/              @!P0 BRA `(.L_x_5) ;
.L_x_6:
        /*0060*/                   MUFU.EX2 R8, R8 ;
        /*0070*/              @!UP0 BRA.U `(.L_x_0) ;
.L_x_2:
        /*0080*/                   FADD R7, R7, R8 ;
        /*0090*/               @P0 BRA `(.L_x_2) ;
.L_x_9:
        /*00a0*/                   EXIT ;
.L_x_5:
        /*00b0*/                   NANOSLEEP 0x10 ;
        /*00c0*/                   BRA `(.L_x_6) ;
.L_x_3:
        /*00d0*/                   BRA `(.L_x_3);
"""


def test_the_innermost_loop_with_products_is_found() -> None:
    found = sass.parse(TEXT)
    (loop,) = found.loops
    assert loop.opcodes == {
        "HGMMA.64x64x16.F32": 1,
        "MUFU.EX2": 2,
        "BRA": 1,
        "BRA.U": 1,
    }
    assert loop.instructions == 5
    assert sum(found.opcodes.values()) == 14


def test_a_wait_that_returns_over_straight_code_is_no_loop() -> None:
    straight = TEXT.replace("@!UP0 BRA.U `(.L_x_0)", "@!UP0 BRA.U `(.L_x_9)")
    straight = straight.replace("BRA `(.L_x_6)", "BRA `(.L_x_0)")
    assert sass.parse(straight).loops == ()
    assert len(sass.parse(straight.replace("EXIT", "FADD R1, R2, R3")).loops) == 1


def test_a_family_counts_its_longer_forms_only() -> None:
    opcodes = {"LDG.E.128": 2, "LDG.E": 1, "LDGSTS.E": 4, "HGMMA.64x64x16.F32": 1}
    assert sass.count(opcodes, "LDG.E") == 3
    assert sass.count(opcodes, "LDG") == 3
    assert sass.count(opcodes, "HMMA") == 0


def test_two_loops_in_a_row_are_both_kept_and_an_outer_one_is_not() -> None:
    lines = [".L_x_0:"]
    for label in ("L_x_1", "L_x_2"):
        lines += [
            f".{label}:",
            "        /*0010*/                   HMMA.16816.F32 R4, R8, R12, R4 ;",
            f"        /*0020*/               @P0 BRA `(.{label}) ;",
        ]
    lines.append("        /*0030*/               @P1 BRA `(.L_x_0) ;")
    loops = sass.parse("\n".join(lines)).loops
    assert [loop.instructions for loop in loops] == [2, 2]


def test_a_kernel_without_products_has_no_such_loop() -> None:
    assert sass.parse(TEXT.replace("HGMMA.64x64x16.F32", "FFMA")).loops == ()
