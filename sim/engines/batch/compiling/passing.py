"""Extensions of numba that the engine needs: tuples passed by address, indices never negative, calls by address.

A named tuple of forty arrays passed by value is three hundred arguments of every call; its address is
one, and compiles several times faster. This module is imported only when something is compiled.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import intrinsic, lower_builtin, overload, register_model
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic
from numba.core.types.containers import Tuple, UniTuple
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np import arrayobj

from sim.engines.batch.compiling import addresses


class Borrowed(types.Type):
    """The address of a named tuple of arrays, which its owner keeps alive."""

    def __init__(self, fields: Any) -> None:
        self.fields = fields
        # A short name: it is part of the name of every compiled function.
        super().__init__(f"Borrowed{fields.instance_class.__name__}")

    @property
    def key(self) -> Any:
        """What tells two of them apart."""
        return self.fields

    def place(self, name: str) -> int:
        """Return the index of a field."""
        return int(self.fields.fields.index(name))


register_model(Borrowed)(models.OpaqueModel)


class Counted(types.Array):
    """An array whose indices count from its beginning only.

    Testing each index for a negative one, which counts from the end, took a fifth of the time of a run.
    """

    @classmethod
    def like(cls, array: types.Array) -> Counted:
        """Return the type of an array, known to be indexed from its beginning."""
        return cls(array.dtype, array.ndim, array.layout, not array.mutable, aligned=array.aligned)

    def copy(self, *arguments: Any, **changed: Any) -> Any:
        """Return the type with changes; parts of an array are indexed from the beginning too."""
        return self.like(super().copy(*arguments, **changed))


register_model(Counted)(models.ArrayModel)


def _from_beginning(context: Any, builder: Any, kind: Any, index: Any) -> tuple[Any, Any]:
    """Return an index, or several, as unsigned numbers."""
    if isinstance(kind, types.Integer):
        return types.uintp, context.cast(builder, index, kind, types.uintp)
    unsigned = UniTuple(types.uintp, len(kind))
    return unsigned, context.cast(builder, index, kind, unsigned)


@lower_builtin(operator.getitem, Counted, types.Integer)
def _item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an element at one index."""
    array, kind = signature.args
    kind, index = _from_beginning(context, builder, kind, arguments[1])
    return arrayobj.getitem_arraynd_intp(context, builder, signature.return_type(array, kind), (arguments[0], index))


@lower_builtin(operator.getitem, Counted, UniTuple)
@lower_builtin(operator.getitem, Counted, Tuple)
def _item_of_many(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Read an element or a part at several indices."""
    array, kind = signature.args
    kind, index = _from_beginning(context, builder, kind, arguments[1])
    return arrayobj.getitem_array_tuple(context, builder, signature.return_type(array, kind), (arguments[0], index))


@lower_builtin(operator.setitem, Counted, types.Any, types.Any)
def _set_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Write an element or a part."""
    array, kind, value = signature.args
    kind, index = _from_beginning(context, builder, kind, arguments[1])
    return arrayobj.setitem_array(
        context, builder, signature.return_type(array, kind, value), (arguments[0], index, arguments[2])
    )


@infer_getattr
class _Fields(AttributeTemplate):
    key = Borrowed

    def generic_resolve(self, kind: Borrowed, name: str) -> Any:
        """Return the type of a field; None if there is no such field."""
        return Counted.like(kind.fields.types[kind.place(name)]) if name in kind.fields.fields else None


@lower_getattr_generic(Borrowed)
def _field(context: Any, builder: Any, kind: Borrowed, address: Any, name: str) -> Any:
    """Read a field of a borrowed tuple."""
    of = Counted.like(kind.fields.types[kind.place(name)])
    fields = builder.bitcast(address, context.get_value_type(kind.fields).as_pointer())
    kept = context.make_array(of)(context, builder, ref=cgutils.gep_inbounds(builder, fields, 0, kind.place(name)))
    array = context.make_array(of)(context, builder)
    for part in ("nitems", "itemsize", "data", "shape", "strides"):
        setattr(array, part, _unchanging(builder, kept._get_ptr_by_name(part)))
    # Without an owner there is nothing to count.
    array.meminfo, array.parent = (cgutils.get_null_value(getattr(array, n).type) for n in ("meminfo", "parent"))
    return impl_ret_borrowed(context, builder, of, array._getvalue())


def _unchanging(builder: Any, place: Any) -> Any:
    """Load what is never written, and tell the compiler so."""
    # Else each store into any array would have all others read again.
    kind = place.type.pointee
    if isinstance(kind, ir.ArrayType):
        loaded = ir.Constant(kind, ir.Undefined)
        for i in range(kind.count):
            part = _unchanging(builder, cgutils.gep_inbounds(builder, place, 0, i))
            loaded = builder.insert_value(loaded, part, i)
        return loaded
    loaded = builder.load(place)
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


@intrinsic
def _call(_context: Any, address: Any, number: Any) -> Any:  # noqa: ARG001  numba calls by these names
    """Call the function at an address with a number."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        function = ir.FunctionType(ir.VoidType(), [ir.IntType(64)]).as_pointer()
        builder.call(builder.inttoptr(arguments[0], function), [arguments[1]])
        return cgutils.get_null_value(ir.IntType(8).as_pointer())

    return types.none(types.int64, types.int64), code


@overload(addresses.ask, strict=False)
def _ask(address: Any, number: Any) -> Any:  # noqa: ARG001  numba calls by these names
    """Compile `ask` as a call by address."""
    return lambda address, number: _call(address, number)  # type: ignore[call-arg]


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
