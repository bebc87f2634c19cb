"""numba's compiler without what has nothing to do here.

Each of numba's thirty passes goes through the whole function, changed or not; those left out look for closures, context
managers, loops over types, exceptions, branches that no argument can reach, parallel loops and what is shown to whoever
asks for annotated types. They took a third of the time to compile, and the code is the same without them.
"""

from __future__ import annotations

from typing import Any

from numba.core import cgutils, typed_passes, untyped_passes
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.lowering import Lower


class _Lower(Lower):  # type: ignore[misc]  # numba says nothing of its types
    """Makes LLVM's code of a function."""

    def alloca_lltype(self, name: str, lltype: Any, datamodel: Any = None) -> Any:  # noqa: ARG002  numba calls by these names
        """Return a place for a variable."""
        # Debuggers are told nothing of it: to find out its size alone took a tenth of the time to compile.
        return cgutils.alloca_once(self.builder, lltype, name=name, zfill=False)


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(typed_passes.NativeLowering):  # type: ignore[misc]
    """Makes LLVM's code of a function, and nothing for debuggers."""

    _name = "plain_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """What makes the code."""
        return _Lower


_PASSES = (
    untyped_passes.TranslateByteCode,
    untyped_passes.FixupArgs,
    untyped_passes.IRProcessing,
    untyped_passes.ReconstructSSA,
    typed_passes.NopythonTypeInference,
    typed_passes.PreLowerStripPhis,
    typed_passes.IRLegalization,
    _Lowering,
    typed_passes.NoPythonBackend,
)


class Pipeline(CompilerBase):  # type: ignore[misc]
    """The passes that a function of plain numbers and arrays needs."""

    def define_pipelines(self) -> list[PassManager]:
        """Return the only sequence of passes there is."""
        manager = PassManager("plain functions")
        for each in _PASSES:
            manager.add_pass(each, each.__name__)
        manager.finalize()
        # What passes need to know of a function they find out themselves: to renew it after each pass takes another twentieth.
        manager._ENFORCING = False
        self.state.type_annotation = None
        return [manager]
