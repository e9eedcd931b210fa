// Finds and reads the images, or other examples, that the larger programs train on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/dataset.hpp"

namespace thinnet::examples {

struct Images {
  Dataset training;
  std::string name;                  ///< what it is: "CIFAR-10"
  std::string folder;                ///< where they were found
  std::vector<std::string> files;    ///< their paths: all that the images were read from
  std::vector<std::string> classes;  ///< a name for each class; its number where none is known
  /// The order of the rows is part of the data set, as CIFAR-10's is; a user's own may be sorted.
  bool published_order = false;
  /// See read_test_images; empty where there are none.
  std::function<Dataset()> read_test = nullptr;
};

/// Reads what a folder holds:
///   data_batch_1.bin to _5.bin               CIFAR-10's binary version
///   train-images-idx3-ubyte, train-labels-…  IDX files of MNIST's family, see find_idx_files
///   x_train.npy and y_train.npy, x.npy and y.npy           see read_npy
///   one .npz with arrays of these names                    see read_npz_arrays
///   train.csv or train.tsv, or the only .csv or .tsv       see read_table
/// If it holds none of these, one of the folders in it may, under names that are fixed (no other
/// .npz or .csv); or, for CIFAR-10 and IDX, the folder that it is in. `path` may also be an .npz,
/// .csv or .tsv itself, or the file of training images of one of several IDX sets. `label` names
/// the column of labels of a table. Throws std::runtime_error, naming the folder or file, with what
/// is there and what to do.
Images read_images(const std::string& path, const std::string& label = "");

/// The test images that belong to these: CIFAR-10's test_batch.bin, IDX files t10k-… or test-…,
/// arrays x_test and y_test, or test.csv beside train.csv. Their classes are those of the training
/// images. Throws std::runtime_error likewise.
Dataset read_test_images(const Images& images);

/// What find_images takes, as the programs' --help tells it.
inline constexpr const char* data_option =
    "folder with CIFAR-10's binary batches, IDX files, x.npy and y.npy, or train.csv; or an .npz, "
    ".csv or .tsv file; ";
/// And what it does with an empty option.
inline constexpr const char* without_data_option =
    "without it THINNET_DATA, ../shared/data/cifar-10-batches-bin, the download cache, and at last "
    "Debian's Fashion-MNIST";
inline constexpr const char* label_option =
    "column of a .csv or .tsv that holds the labels; without it the one named label, class, target "
    "or y, or the last one if it is text";

/// CIFAR-10 from `option` if it is not empty, else from the environment variable THINNET_DATA if it
/// is set, else from ../shared/data/cifar-10-batches-bin or the cache that scripts/get-cifar10.sh
/// fills. When none exists, says so in one line on stdout and reads Debian's Fashion-MNIST.
/// Throws std::runtime_error, when there is no data at all or what was named cannot be read.
Images find_images(const std::string& option, const std::string& label = "");

}  // namespace thinnet::examples
