// Formulas over whole matrices, entry by entry: vectorised, on all threads, without a temporary.
#pragma once

#include <stdexcept>

#include "core/engine/parallel.hpp"
#include "core/matrix.hpp"

namespace thinnet {

/// out = expression, entry by entry: `assign(dx_, dout * cache_.mask / keep_prob)`. The matrices of
/// the expression have one shape, which `out` takes; `out` may be one of them. Throws
/// std::invalid_argument when their shapes differ.
template <typename T, typename Expression>
void assign(Matrix<T>& out, const Expression& expression) {
  resize(out, {expression.shape()[0], expression.shape()[1]});
  if (!expression.has_linear_assign(out.strides()))
    throw std::invalid_argument("assign: the matrices of the expression differ in shape");
  in_parts(out.size(), 1, [&](std::size_t begin, std::size_t end) {
    // Iterators that are incremented, for the compiler vectorises no others.
    auto source = xt::linear_begin(expression) + static_cast<std::ptrdiff_t>(begin);
    T* const last = out.data() + end;
    for (T* to = out.data() + begin; to != last; ++to, ++source) *to = static_cast<T>(*source);
  });
}

/// f(a[k], b[k], …) for every k of [begin, end).
template <typename F, typename... Entry>
void call_for_entries(const F& f, std::size_t begin, std::size_t end, Entry*... entries) {
#pragma omp simd
  for (std::size_t k = begin; k < end; ++k) f(entries[k]...);
}

/// Calls f(a, b, …) with the entries of the matrices that have the same index, for every index:
///   entrywise([=](T& w, T dw) { w -= rate * dw; }, parameter.value, parameter.grad);
/// Throws std::invalid_argument when the shapes differ.
template <typename F, typename First, typename... Others>
void entrywise(const F& f, First& first, Others&... others) {
  (require_shape(others, first, "a matrix", "entrywise"), ...);
  in_parts(first.size(), 1, [&](std::size_t begin, std::size_t end) {
    call_for_entries(f, begin, end, first.data(), others.data()...);
  });
}

}  // namespace thinnet
