// The small example programs as a user meets them.
#include "tests/support.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::contains;
using testing::expect_refused;
using testing::ProgramRun;
using testing::run_program;
using testing::TemporaryFolder;

TEST(Programs, XorLearnsAndExplains) {
  const ProgramRun run = run_program("xor");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "x (N×2) → affine1 (N×8) → relu1 → affine2 (N×2)")) << run.out;
  EXPECT_TRUE(contains(run.out, "0  0       0  0.0")) << run.out;
  EXPECT_TRUE(contains(run.out, "0  1       1  0.9")) << run.out;
  EXPECT_TRUE(contains(run.out, "1  0       1  0.9")) << run.out;
  EXPECT_TRUE(contains(run.out, "1  1       0  0.0")) << run.out;
  EXPECT_TRUE(contains(run.out, "folds the plane"));
}

TEST(Programs, GradientCheckPassesEveryLayer) {
  const ProgramRun run = run_program("gradient_check");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::size_t passed = 0;
  for (std::size_t at = 0; (at = run.out.find(": passed", at)) != std::string::npos; ++at) ++passed;
  EXPECT_EQ(passed, 5U) << run.out;
  EXPECT_FALSE(contains(run.out, "FAILED"));
}

TEST(Programs, InvertedDropoutMeasuresBothMeans) {
  const ProgramRun run = run_program("inverted_dropout");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  std::istringstream line(run.out.substr(run.out.find("\n  0.5 ")));
  double p = 0, without = 0, expected = 0, plain_test = 0, with = 0, test = 0, error = 0;
  line >> p >> without >> expected >> plain_test >> with >> test >> error;
  EXPECT_EQ(p, 0.5);
  EXPECT_GT(error, 0);
  EXPECT_NEAR(expected, p * test, 1e-4);  // both are printed with four digits
  EXPECT_NEAR(without, expected, 6 * error);
  EXPECT_NEAR(with, test, 6 * error);
}

TEST(Programs, SpiralDrawsItsBoundary) {
  const TemporaryFolder output;
  const ProgramRun run =
      run_program("spiral --points 20 --epochs 3 --hidden 10 --output " + (output / "new/folder"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "% of the points it learnt from are right")) << run.out;
  EXPECT_TRUE(contains(run.out, "folds together") != contains(run.out, "did no better")) << run.out;
  EXPECT_TRUE(contains(read_file(output / "new/folder/boundary.png").substr(0, 4), "PNG"));
  const std::string svg = read_file(output / "new/folder/boundary.svg");
  EXPECT_TRUE(contains(svg, "class 2") && contains(svg, "</svg>"));
  expect_refused(run_program("spiral --keep-prob 0 --output " + output.path()),
                 "spiral: dropout: keep_prob is 0, expected a number in (0, 1]");
}

TEST(Programs, SpiralClaimsSuccessOnlyWhenItDidBetterThanStraightLines) {
  const TemporaryFolder output;
  const std::string words = "spiral --hidden 20 --output " + output.path();
  const ProgramRun trained = run_program(words + " --epochs 60");
  EXPECT_TRUE(contains(trained.out, "20 folds together")) << trained.out;
  // With hardly any unit left it learns less than the lines, which have no dropout.
  const ProgramRun thinned = run_program(words + " --epochs 5 --keep-prob 0.001");
  EXPECT_TRUE(contains(thinned.out, "did no better than straight lines")) << thinned.out;
}

/// The row of the table that begins with a word: epoch, errors in training, in validation, and
/// against the sine.
std::vector<double> row_of_sine(const std::string& out, const std::string& word) {
  std::istringstream line(out.substr(out.find("\n" + word + " ") + 1 + word.size()));
  std::vector<double> row(4);
  for (double& number : row) line >> number;
  return row;
}

TEST(Programs, SineStopsEarlyAndGoesBackToItsBestEpoch) {
  const TemporaryFolder output;
  const std::string words = "sine --hidden 20 --patience 15 --output " + output.path();
  const ProgramRun run = run_program(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "No later one came, so training stopped.")) << run.out;
  const std::vector<double> last = row_of_sine(run.out, "last"),
                            best = row_of_sine(run.out, "best");
  EXPECT_EQ(last[0], best[0] + 15) << run.out;
  EXPECT_LE(best[2], last[2]) << run.out;
  EXPECT_LT(best[3], .25) << run.out;  // half the error of answering 0, which is 1/2
  EXPECT_NE(best[3], last[3]) << run.out;
  // Progress has losses alone.
  const std::string line = run.err.substr(0, run.err.find('\n'));
  EXPECT_TRUE(contains(line, "sine  epoch 1/1000  loss ")) << line;
  EXPECT_TRUE(contains(line, "  validation loss ")) << line;
  EXPECT_EQ(run_program(words).out, run.out);
}

TEST(Programs, SineDrawsWhatItFound) {
  const TemporaryFolder output;
  const ProgramRun run =
      run_program("sine --points 7 --epochs 3 --hidden 10 --output " + (output / "new/folder"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "All epochs were trained.")) << run.out;
  EXPECT_TRUE(contains(read_file(output / "new/folder/fit.png").substr(0, 4), "PNG"));
  const std::string svg = read_file(output / "new/folder/fit.svg");
  EXPECT_TRUE(contains(svg, "epoch 3, the last") && contains(svg, "</svg>"));
  expect_refused(run_program("sine --keep-prob 0 --output " + output.path()),
                 "sine: dropout: keep_prob is 0, expected a number in (0, 1]");
}

TEST(Programs, EveryProgramHasHelp) {
  for (const char* program : {"xor", "spiral", "sine", "gradient_check", "inverted_dropout"}) {
    const ProgramRun run = run_program(std::string(program) + " --help");
    EXPECT_EQ(run.exit_code, 0) << program;
    EXPECT_TRUE(contains(run.out, "--help")) << program << run.out;
    expect_refused(run_program(std::string(program) + " --no-such-option"), program);
  }
}

}  // namespace
}  // namespace thinnet
