// A network's weights as files that NumPy opens.
#pragma once

#include <string>
#include <vector>

#include "core/parameter.hpp"

namespace thinnet {

/// path ending in .npz: one zip file, as numpy.savez writes it; any other path: a folder with one
/// .npy a parameter. Arrays are named after parameters ("affine1.w") and keep T's precision.
/// What stood there before is replaced whole or not at all; a folder is replaced only if it holds
/// nothing but .npy files. The same weights give the same bytes. Where the system cannot exchange
/// two folders at once, a program that is killed between two renames leaves the older weights in
/// path.old. Throws std::runtime_error.
template <typename T>
void save_weights(const std::string& path, const std::vector<Parameter<T>*>& parameters);

/// Reads what save_weights or numpy.savez(_compressed) wrote, converting other numbers to T. An
/// array of one axis (H) fits a parameter of 1×H. Throws std::runtime_error when an array is
/// missing or left over, with the names that are there, or of another shape; no parameter has
/// changed then.
template <typename T>
void load_weights(const std::string& path, const std::vector<Parameter<T>*>& parameters);

}  // namespace thinnet
