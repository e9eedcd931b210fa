// What the experiment leaves behind: a table, two history files and a picture.
#pragma once

#include <string>
#include <vector>

#include "examples/dropout_cifar10/experiment.hpp"
#include "examples/support/images.hpp"

namespace thinnet::examples {

/// Train and validation accuracy at the end, their gap, and the best validation accuracy.
std::string result_table(const std::vector<ExperimentRun>& runs);

/// What the table says in words about the first run and each other one.
std::string result_words(const std::vector<ExperimentRun>& runs);

/// Writes history.csv, history.json and curves.svg, .png and .gp into a folder that exists. The
/// same runs give the same bytes. Throws std::runtime_error when a file cannot be written.
void write_results(const std::string& folder, const Images& images,
                   const ExperimentOptions& options, const std::vector<ExperimentRun>& runs);

}  // namespace thinnet::examples
