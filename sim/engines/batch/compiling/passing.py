"""Types that numba compiles the engine for: named tuples of arrays passed by address, and arrays without an owner.

A named tuple of forty arrays passed by value is three hundred arguments of every call; its address is one. numba's own
arrays have owners, strides and indices that count from the end: nothing of that is needed here, and leaving it out
takes a third off the time to compile and a fifth off the time of a run. `native` lays the tuples out in memory. This
module is imported only when something is compiled.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import intrinsic, lower_builtin, overload, register_model
from numba.core.imputils import lower_getattr_generic
from numba.core.types.containers import BaseTuple, UniTuple
from numba.core.types.misc import CPointer, SliceType
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global
from numba.np import numpy_support

from sim.engines.batch.compiling import addresses
from sim.engines.batch.compiling.native import WORDS_BEFORE_SHAPE


class Counted(types.Type):
    """A contiguous array, whose indices count from its beginning and are not checked."""

    def __init__(self, dtype: Any, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        # A short name: it is a part of the name of every compiled function, and what tells two types apart.
        super().__init__(f"Counted({dtype._code}, {ndim})")

    def part(self, indices: int) -> Any:
        """Return the type of what so many indices lead to: an element, or an array of fewer dimensions."""
        return self.dtype if indices == self.ndim else Counted(self.dtype, self.ndim - indices)


class Borrowed(types.Type):
    """The address of a named tuple of arrays, which its owner keeps alive."""

    _code: int

    def __init__(self, arrays: Any) -> None:
        kinds = [Counted(numpy_support.from_dtype(array.dtype), array.ndim) for array in arrays]
        self.fields = dict(zip(arrays._fields, kinds, strict=True))
        # As `native.in_memory` lays them out.
        words = [WORDS_BEFORE_SHAPE + kind.ndim for kind in kinds]
        self.places = {name: sum(words[:i]) for i, name in enumerate(arrays._fields)}
        super().__init__(f"{type(arrays).__name__}({', '.join(kind.name for kind in kinds)})")

    @property
    def mangling_args(self) -> tuple[str, tuple[int, ...]]:
        """What stands for this type in the names of compiled functions."""
        return "Borrowed", (self._code,)


register_model(Borrowed)(models.OpaqueModel)


@register_model(Counted)
class CountedModel(models.StructModel):
    """Where the first element lies, and how many there are along each axis."""

    def __init__(self, manager: Any, kind: Counted) -> None:
        members = [("data", CPointer(kind.dtype)), ("shape", UniTuple(types.intp, kind.ndim))]
        super().__init__(manager, kind, members)


def _indices(kind: Any) -> int:
    """Return how many indices a type of index stands for; 0 if they are no integers."""
    if isinstance(kind, types.Integer):
        return 1
    whole = isinstance(kind, BaseTuple) and all(isinstance(part, types.Integer) for part in kind)
    return len(kind) if whole else 0


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    prefer_literal = False

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ARG002  numba calls by these names
        """Return the type of reading an element or a part; None if it is of no counted array."""
        array, index = args
        if not isinstance(array, Counted):
            return None
        if isinstance(index, SliceType) and array.ndim == 1:
            return signature(array, array, index)
        return signature(array.part(_indices(index)), array, index) if 1 <= _indices(index) <= array.ndim else None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    prefer_literal = False

    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ARG002  numba calls by these names
        """Return the type of writing an element; None if it is of no counted array."""
        array, index, _ = args
        if isinstance(array, Counted) and _indices(index) == array.ndim:
            return signature(types.none, array, index, array.dtype)
        return None


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ARG002  numba calls by these names
        """Return the type of the length; None if it is of no counted array."""
        return signature(types.intp, *args) if isinstance(args[0], Counted) else None


def _place(context: Any, builder: Any, array: Any, kind: Any, value: Any) -> Any:
    """Return the address of the element that one or several indices lead to, of a part's first."""
    parts = [value] if isinstance(kind, types.Integer) else cgutils.unpack_tuple(builder, value)
    kinds = [kind] if isinstance(kind, types.Integer) else list(kind)
    whole = [context.cast(builder, part, of, types.intp) for part, of in zip(parts, kinds, strict=True)]
    shape = cgutils.unpack_tuple(builder, array.shape)
    offset = whole[0]
    for axis in range(1, len(shape)):
        offset = builder.mul(offset, shape[axis])
        if axis < len(whole):
            offset = builder.add(offset, whole[axis])
    return builder.gep(array.data, [offset], inbounds=True)


@lower_builtin(operator.getitem, Counted, types.Integer)
@lower_builtin(operator.getitem, Counted, BaseTuple)
def _get_item(context: Any, builder: Any, of: Any, arguments: Any) -> Any:
    """Read an element, or a part."""
    kind, index = of.args
    array = context.make_helper(builder, kind, arguments[0])
    place = _place(context, builder, array, index, arguments[1])
    if _indices(index) == kind.ndim:
        return context.unpack_value(builder, kind.dtype, place)
    part = context.make_helper(builder, of.return_type)
    part.data = place
    part.shape = cgutils.pack_array(builder, cgutils.unpack_tuple(builder, array.shape)[_indices(index) :])
    return part._getvalue()


@lower_builtin(operator.getitem, Counted, SliceType)
def _get_slice(context: Any, builder: Any, of: Any, arguments: Any) -> Any:
    """Read a part from one index to another, both within the array."""
    kind, index = of.args
    array = context.make_helper(builder, kind, arguments[0])
    between = context.make_helper(builder, index, arguments[1])
    part = context.make_helper(builder, kind)
    part.data = builder.gep(array.data, [between.start], inbounds=True)
    part.shape = cgutils.pack_array(builder, [builder.sub(between.stop, between.start)])
    return part._getvalue()


@lower_builtin(operator.setitem, Counted, types.Any, types.Any)
def _set_item(context: Any, builder: Any, of: Any, arguments: Any) -> Any:
    """Write an element."""
    kind, index, _ = of.args
    array = context.make_helper(builder, kind, arguments[0])
    context.pack_value(builder, kind.dtype, arguments[2], _place(context, builder, array, index, arguments[1]))
    return context.get_dummy_value()


@lower_builtin(len, Counted)
def _len(context: Any, builder: Any, of: Any, arguments: Any) -> Any:
    """Return the length along the first axis."""
    array = context.make_helper(builder, of.args[0], arguments[0])
    return builder.extract_value(array.shape, 0)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = Counted

    def resolve_shape(self, kind: Counted) -> Any:
        """Return the type of the lengths along all axes."""
        return UniTuple(types.intp, kind.ndim)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Borrowed

    def generic_resolve(self, kind: Borrowed, name: str) -> Any:
        """Return the type of a field; None if there is no such field."""
        return kind.fields.get(name)


@lower_getattr_generic(Counted)
def _attribute(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    """Read the shape."""
    return getattr(context.make_helper(builder, kind, value), name)


@lower_getattr_generic(Borrowed)
def _field(context: Any, builder: Any, kind: Any, address: Any, name: str) -> Any:
    """Read a field of a borrowed tuple."""
    words = builder.bitcast(address, ir.IntType(64).as_pointer())

    def word(place: int) -> Any:
        loaded = builder.load(cgutils.gep_inbounds(builder, words, kind.places[name] + place))
        # It is never written. Else each store into any array would have all others read again.
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded

    array = context.make_helper(builder, kind.fields[name])
    array.data = builder.inttoptr(word(0), array.data.type)
    array.shape = cgutils.pack_array(
        builder, [word(WORDS_BEFORE_SHAPE + axis) for axis in range(kind.fields[name].ndim)]
    )
    return array._getvalue()


@intrinsic
def _call_with(_context: Any, address: Any, number: Any) -> Any:  # noqa: ARG001  numba calls by these names
    """Call the function at an address with a number."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        function = ir.FunctionType(ir.VoidType(), [ir.IntType(64)]).as_pointer()
        builder.call(builder.inttoptr(arguments[0], function), [arguments[1]])
        return cgutils.get_null_value(ir.IntType(8).as_pointer())

    return types.none(types.int64, types.int64), code


@overload(addresses.tell, strict=False)
def _tell(address: Any, number: Any) -> Any:  # noqa: ARG001  numba calls by these names
    """Compile `tell` as a call by address."""
    return lambda address, number: _call_with(address, number)  # type: ignore[call-arg]


@intrinsic
def _prefetch(_context: Any, records: Any, index: Any) -> Any:
    """Fetch all lines of memory that a record lies in."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        array = context.make_helper(builder, records, arguments[0])
        first = builder.bitcast(_place(context, builder, array, index, arguments[1]), cgutils.voidptr_t)
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, flag, flag, flag])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        for begin in range(0, records.dtype.size, addresses.LINE):
            # To be read, kept in all caches, data.
            words = [ir.Constant(flag, word) for word in (0, 3, 1)]
            builder.call(fetch, [cgutils.pointer_add(builder, first, begin), *words])
        return context.get_dummy_value()

    return types.none(records, index), code


@overload(addresses.prefetch, strict=False)
def _fetch(records: Any, index: Any) -> Any:  # noqa: ARG001  numba calls by these names
    """Compile `prefetch`."""
    return lambda records, index: _prefetch(records, index)  # type: ignore[call-arg]


@intrinsic
def _call_function(_context: Any, address: Any, a: Any, b: Any, c: Any, d: Any, number: Any) -> Any:  # noqa: ARG001
    """Call the function at an address with four tuples and a number."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        # As `native.prototype` describes it.
        result = cgutils.alloca_once_value(builder, ir.Constant(ir.IntType(64), 0))
        raised = cgutils.alloca_once(builder, cgutils.voidptr_t)
        places = [result.type, raised.type, *[cgutils.voidptr_t] * 4]
        function = ir.FunctionType(ir.IntType(32), [*places, ir.IntType(64)]).as_pointer()
        failed = builder.call(builder.inttoptr(arguments[0], function), [result, raised, *arguments[1:]])
        return builder.select(cgutils.is_null(builder, failed), builder.load(result), ir.Constant(ir.IntType(64), 0))

    return types.int64(types.int64, a, b, c, d, number), code


@overload(addresses.call, strict=False)
def _function(function: Any, address: Any, a: Any, b: Any, c: Any, d: Any, number: Any) -> Any:  # noqa: ARG001
    """Compile `call` as a call by address."""
    # What is called stands at the address: the function itself says only which one in plain Python.
    return lambda function, address, a, b, c, d, number: _call_function(address, a, b, c, d, number)  # type: ignore[call-arg]  # noqa: ARG005
