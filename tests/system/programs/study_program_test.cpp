// The study as a user meets it, with what may happen to a long computation: Ctrl-C, a kill, a full
// disk, a second program in the same folder, a larger grid.
#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <ctime>
#include <nlohmann/json.hpp>
#include <thread>

#include "examples/support/images.hpp"
#include "tests/one_core.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/tiny_data.hpp"
#include "tests/system/programs/waiting.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;
using testing::contains;
using testing::expect_refused;
using testing::ProgramRun;
using testing::run_program;
using testing::TemporaryFolder;
using testing::TinyData;

const std::string tiny = " --training 20,40 --validation 20 --epochs 2 --batch 16 --hidden 8,6-5";

std::string study(const std::string& data, const std::string& output,
                  const std::string& more = "") {
  return "dropout_study --data " + data + " --output " + output + tiny + " --jobs 2" + more;
}

std::ptrdiff_t lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

std::string journal_of(const TemporaryFolder& output) {
  const std::string path = output / "runs.jsonl";
  return fs::exists(path) ? read_file(path) : "";
}

/// The last of the lines on stderr, after those of progress.
std::string last_line(const std::string& err) {
  const std::string text = err.substr(0, err.size() - 1);
  return text.substr(text.rfind('\n') + 1);
}

void expect_same_study(const TemporaryFolder& a, const TemporaryFolder& b) {
  EXPECT_EQ(read_file(a / "study.json"), read_file(b / "study.json"));
  EXPECT_EQ(read_file(a / "study.html"), read_file(b / "study.html"));
}

TEST(Study, WritesWhatThePageShows) {
  const TinyData data(64);  // pictures of 8×8
  const TemporaryFolder output;
  const ProgramRun run = run_program(study(data.path(), output.path()));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  // 2 nets × 2 sizes × 3 keep_probs × 5 seeds.
  EXPECT_TRUE(contains(run.out, "60 runs, 0 of them finished earlier, 2 at a time")) << run.out;
  EXPECT_EQ(lines_of(run.err), 60);
  EXPECT_TRUE(contains(last_line(run.err), "60/60 runs 100%")) << run.err;
  EXPECT_EQ(output.names(),
            (std::vector<std::string>{"runs.jsonl", "study.html", "study.json", "weights"}));
  const auto json = nlohmann::json::parse(read_file(output / "study.json"));
  EXPECT_EQ(json["format"], 1);
  EXPECT_TRUE(contains(run.out, json["sentence"].get<std::string>()));
  EXPECT_EQ(json["command"], "dropout_study --data " + data.path() + tiny);
  EXPECT_EQ(json["data"]["files"].size(), 2U);
  EXPECT_EQ(json["data"]["files"][0]["name"], "x.npy");
  EXPECT_EQ(json["data"]["files"][0]["bytes"], fs::file_size(data / "x.npy"));
  EXPECT_EQ(json["versions"]["thinnet"].get<std::string>().substr(0, 2), "0.");
  EXPECT_EQ(json["settings"]["batch_size"], 16);
  EXPECT_EQ(json["grid"]["hidden"][1], (std::vector<int>{6, 5}));
  ASSERT_EQ(json["groups"].size(), 12U);
  ASSERT_EQ(json["runs"].size(), 60U);
  EXPECT_TRUE(json["groups"][0]["against_1"].is_null());
  const auto& group = json["groups"][10];  // 6-5, 40 images, keep_prob .5
  EXPECT_EQ(group["keep_prob"], .5);
  EXPECT_EQ(group["training"], 40);
  EXPECT_EQ(group["seeds"], 5);
  EXPECT_EQ(group["train_curve"]["low"].size(), 2U);
  double mean = 0, change = 0;
  for (std::size_t s = 0; s < 5; ++s) {
    const auto &own = json["runs"][50 + s], &plain = json["runs"][45 + s];
    EXPECT_EQ(own["seed"], s);
    EXPECT_EQ(own["keep_prob"], .5);
    EXPECT_EQ(plain["keep_prob"], 1);
    mean += own["gap"].get<double>() / 5;
    change += (own["gap"].get<double>() - plain["gap"].get<double>()) / 5;
  }
  EXPECT_NEAR(group["gap"]["mean"], mean, 1e-12);
  EXPECT_NEAR(group["against_1"]["gap"]["mean"], change, 1e-12);
  EXPECT_TRUE(contains(run.out, group["against_1"]["gap"]["words"].get<std::string>()));
  ASSERT_EQ(json["weights"].size(), 3U);
  EXPECT_EQ(json["weights"][0]["keep_prob"], 1);
  EXPECT_EQ(json["weights"][0]["training"], 40);
  EXPECT_EQ(json["weights"][0]["side"], 8);
  EXPECT_EQ(json["weights"][0]["tiles"], 8);
  EXPECT_EQ(json["weights"][0]["pixels"].get<std::string>().size(), 684U);  // 4·⌈512/3⌉
  EXPECT_EQ(json["masks"]["strips"].size(), 2U);
  EXPECT_EQ(json["masks"]["examples"], 16);
  EXPECT_EQ(json["masks"]["units"], 8);
  EXPECT_EQ(json["best"]["classes"].size(), 3U);
  EXPECT_EQ(json["best"]["confusion"].size(), 3U);
  const std::string html = read_file(output / "study.html");
  EXPECT_TRUE(contains(html, json["sentence"].get<std::string>()));
}

TEST(Study, FeaturesThatAreNoPicturesHaveNoTiles) {
  const TinyData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(study(data.path(), output.path())).exit_code, 0);
  EXPECT_FALSE(fs::exists(output / "weights"));
  EXPECT_TRUE(nlohmann::json::parse(read_file(output / "study.json"))["weights"].empty());
}

TEST(Study, SplitsOwnDataAtRandomAndPublishedByPosition) {
  const testing::SortedData data;
  const TemporaryFolder output;
  const std::string words = "dropout_study --data " + data.path() + " --output " + output.path() +
                            " --keep-probs 1 --seeds 0-1 --training 200 --validation 100"
                            " --hidden 16 --epochs 5 --learning-rate 0.01";
  const auto validation_accuracies = [&] {
    const auto json = nlohmann::json::parse(read_file(output / "study.json"));
    return std::pair<double, double>(json["runs"][0]["validation"], json["runs"][1]["validation"]);
  };
  const ProgramRun random = run_program(words);
  ASSERT_EQ(random.exit_code, 0) << random.err;
  EXPECT_GT(validation_accuracies().first, .9);
  EXPECT_GT(validation_accuracies().second, .9);
  EXPECT_TRUE(contains(random.out, "drawn by the seed, class by class")) << random.out;
  EXPECT_TRUE(contains(random.out, "guessing the largest class would get 0.340")) << random.out;
  const auto settings = nlohmann::json::parse(read_file(output / "study.json"))["settings"];
  EXPECT_EQ(settings["split"], "random");
  EXPECT_EQ(settings["validation_images"], "drawn");

  // The same folder holds both: its journal takes them for other runs.
  const ProgramRun tail = run_program(words + " --split tail");
  ASSERT_EQ(tail.exit_code, 0) << tail.err;
  EXPECT_TRUE(contains(tail.out, "2 runs, 0 of them finished earlier")) << tail.out;
  EXPECT_EQ(validation_accuracies(), std::pair(0., 0.));
  EXPECT_TRUE(contains(tail.err,
                       "warning: training 200, seed 0: no training images of these "
                       "classes, which stay unknown: 2\n"))
      << tail.err;
  const std::string::size_type first = tail.err.find("no training images");
  EXPECT_EQ(tail.err.find("no training images", first + 1), std::string::npos) << tail.err;
  EXPECT_TRUE(contains(run_program(words).out, "2 runs, 2 of them finished earlier"));
}

TEST(Study, OneSeedAndNothingToCompareAreSaidPlainly) {
  const TinyData data;
  const TemporaryFolder one, lonely;
  const ProgramRun run = run_program(study(data.path(), one.path(), " --seeds 3"));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "One seed shows nothing")) << run.out;
  const auto json = nlohmann::json::parse(read_file(one / "study.json"));
  EXPECT_TRUE(json["groups"][1]["gap"]["low"].is_null());
  EXPECT_TRUE(json["groups"][1]["gap"]["mean"].is_number());
  EXPECT_TRUE(json["groups"][1]["train_curve"]["high"][0].is_null());
  EXPECT_TRUE(json["groups"][1]["against_1"]["gap"]["high"].is_null());
  const ProgramRun plain =
      run_program(study(data.path(), lonely.path(), " --seeds 0-1 --keep-probs 1"));
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_TRUE(contains(plain.out, "nothing to compare")) << plain.out;
  const auto alone = nlohmann::json::parse(read_file(lonely / "study.json"));
  EXPECT_TRUE(alone["masks"]["strips"].empty());
}

TEST(Study, IsTheSameToTheByteForEveryNumberOfJobs) {
  const TinyData data(64);
  const TemporaryFolder one, two, three;
  const std::string wide = " --hidden 600 --training 40 --batch 40 --seeds 0-2";  // splits products
  for (const auto& [output, jobs] :
       {std::pair(&one, "1"), std::pair(&two, "2"), std::pair(&three, "3")}) {
    const ProgramRun run =
        run_program(study(data.path(), output->path(), wide + " --jobs " + jobs));
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  expect_same_study(one, two);
  expect_same_study(one, three);
  EXPECT_TRUE(contains(journal_of(one), "\"seconds\":"));
  EXPECT_FALSE(contains(read_file(one / "study.json"), "seconds"));
}

TEST(Study, FinishedRunsAreNotRunAgainAndALargerGridOnlyAdds) {
  const TinyData data;
  const TemporaryFolder output, fresh;
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0-1")).exit_code, 0);
  const std::string first = journal_of(output), page = read_file(output / "study.html");
  EXPECT_EQ(lines_of(first), 24);
  const ProgramRun again = run_program(study(data.path(), output.path(), " --seeds 0-1"));
  EXPECT_TRUE(contains(again.out, "24 runs, 24 of them finished earlier")) << again.out;
  EXPECT_EQ(again.err, "");
  EXPECT_EQ(journal_of(output), first);
  EXPECT_EQ(read_file(output / "study.html"), page);

  const ProgramRun more = run_program(study(data.path(), output.path(), " --seeds 0-2"));
  EXPECT_TRUE(contains(more.out, "36 runs, 24 of them finished earlier")) << more.out;
  const std::string second = journal_of(output);
  EXPECT_EQ(lines_of(second), 36);
  EXPECT_EQ(second.compare(0, first.size(), first), 0);
  ASSERT_EQ(run_program(study(data.path(), fresh.path(), " --seeds 0-2")).exit_code, 0);
  expect_same_study(output, fresh);

  // Other settings are other runs; a smaller grid takes what it needs.
  const ProgramRun other =
      run_program(study(data.path(), output.path(), " --seeds 0-1 --epochs 1"));
  EXPECT_TRUE(contains(other.out, "24 runs, 0 of them finished earlier")) << other.out;
  EXPECT_EQ(lines_of(journal_of(output)), 60);
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0-1")).exit_code, 0);
  EXPECT_EQ(read_file(output / "study.html"), page);
  EXPECT_EQ(lines_of(journal_of(output)), 60);

  // So is other data, even under the same name.
  testing::overwrite(data / "x.npy", fs::file_size(data / "x.npy") - 1, "?");
  const ProgramRun changed = run_program(study(data.path(), output.path(), " --seeds 0-1"));
  EXPECT_TRUE(contains(changed.out, "24 runs, 0 of them finished earlier")) << changed.out;
}

/// The program in the background. A limit of CPU time ends it should it loop for ever.
class Background {
 public:
  /// Its stderr is a file.
  Background(const std::string& words, const std::string& err,
             const std::string& out = "/dev/null") {
    start(words, " >" + out + " 2>" + err, nullptr);
  }
  /// Its stderr is a pipe, of which only the test lets it go on.
  Background(const std::string& words, testing::OneMessagePipe& err) : pipe_(&err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, err.writing_end(), STDERR_FILENO);
    start(words, " >/dev/null", &actions);
    posix_spawn_file_actions_destroy(&actions);
    err.close_writing_end();
  }
  ~Background() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Sends a signal and waits for the end. Returns waitpid's status.
  int end(int signal) {
    kill(pid_, signal);
    while (pipe_ != nullptr && pipe_->read_one()) {
    }
    int status = 0;
    testing::wait_until("the program ends", [&] { return waitpid(pid_, &status, WNOHANG) != 0; });
    pid_ = 0;
    return status;
  }
  /// Lets it go on until the journal has so many lines; then there are two more at most: of the run
  /// that is told in the pipe, and of the one that waits to be told.
  void go_on_until(const TemporaryFolder& output, std::ptrdiff_t lines) {
    while (lines_of(journal_of(output)) < lines) {
      if (!pipe_->read_one()) throw std::runtime_error("it ended early: " + pipe_->text());
    }
  }
  /// Seconds of CPU time that it has taken so far.
  double cpu_seconds() const {
    clockid_t clock = 0;
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0)
      throw std::runtime_error("the program has no CPU time");
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

 private:
  void start(const std::string& words, const std::string& streams,
             const posix_spawn_file_actions_t* actions) {
    const std::string command = "ulimit -t 600; exec '" + testing::program_file("dropout_study") +
                                "'" + words.substr(words.find(' ')) + streams + " </dev/null";
    std::array<std::string, 3> texts{"sh", "-c", command};
    std::array<char*, 4> arguments{texts[0].data(), texts[1].data(), texts[2].data(), nullptr};
    if (posix_spawn(&pid_, "/bin/sh", actions, nullptr, arguments.data(), environ) != 0)
      throw std::runtime_error("cannot start sh");
  }

  testing::OneMessagePipe* pipe_ = nullptr;
  pid_t pid_ = 0;
};

const std::string slow = " --epochs 12 --hidden 300";  // 30 runs of some 10 ms

TEST(Study, GoesOnAfterBeingKilledAtAnyMoment) {
  const TinyData data(64);
  const TemporaryFolder output, whole;
  std::string before;
  for (const std::ptrdiff_t lines : {0, 1, 5, 6, 14}) {
    testing::OneMessagePipe err;
    Background program(study(data.path(), output.path(), slow), err);
    program.go_on_until(output, lines);
    const int status = program.end(SIGKILL);
    ASSERT_TRUE(WIFSIGNALED(status)) << err.text();  // it had not ended before
    const std::string after = journal_of(output);
    EXPECT_EQ(after.compare(0, before.size(), before), 0);
    EXPECT_GE(lines_of(after), lines);
    before = after.substr(0, after.rfind('\n') + 1);
  }
  EXPECT_FALSE(fs::exists(output / "study.json"));
  const ProgramRun rest = run_program(study(data.path(), output.path(), slow));
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_TRUE(contains(rest.out, std::to_string(lines_of(before)) + " of them finished earlier"));
  EXPECT_EQ(lines_of(journal_of(output)), 30);
  ASSERT_EQ(run_program(study(data.path(), whole.path(), slow)).exit_code, 0);
  expect_same_study(output, whole);
}

TEST(Study, StopsAtCtrlCWithOneLineAndGoesOn) {
  const TinyData data(64);
  const TemporaryFolder output, whole;
  testing::OneMessagePipe err;
  Background program(study(data.path(), output.path(), slow), err);
  program.go_on_until(output, 3);
  const int status = program.end(SIGINT);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const auto kept = lines_of(journal_of(output));
  ASSERT_LT(kept, 30);
  EXPECT_EQ(last_line(err.text()), "dropout_study: interrupted: " + std::to_string(kept) +
                                       " of 30 runs are kept in " + (output / "runs.jsonl") +
                                       "; the same command goes on");
  EXPECT_EQ(lines_of(err.text()), kept + 1);  // a line a finished run, and this one
  EXPECT_FALSE(fs::exists(output / "study.json"));
  const ProgramRun rest = run_program(study(data.path(), output.path(), slow));
  EXPECT_TRUE(contains(rest.out, std::to_string(kept) + " of them finished earlier")) << rest.out;
  ASSERT_EQ(run_program(study(data.path(), whole.path(), slow)).exit_code, 0);
  expect_same_study(output, whole);
}

TEST(Study, StopsAtCtrlCBeforeAndAfterItsChoiceAndGoesOn) {
  const TinyData data(64);
  fs::copy_file(data / "x.npy", data / "x_test.npy");
  fs::copy_file(data / "y.npy", data / "y_test.npy");
  const TemporaryFolder output, whole;
  const std::string tuned =
      slow + " --tune --epochs 3,12 --learning-rates 0.001,0.01 --seeds 0-2 --tuning-seeds 7";
  for (const std::ptrdiff_t lines : {3, 31}) {  // 18 at an equal budget and 12 that choose go first
    testing::OneMessagePipe err;
    Background program(study(data.path(), output.path(), tuned), err);
    program.go_on_until(output, lines);
    EXPECT_EQ(WEXITSTATUS(program.end(SIGINT)), 130);
    const auto kept = lines_of(journal_of(output));
    ASSERT_GE(kept, lines);
    ASSERT_LT(kept, 48);
    EXPECT_TRUE(contains(last_line(err.text()),
                         "interrupted: " + std::to_string(kept) + " of 48 runs are kept in "))
        << err.text();
  }
  ASSERT_EQ(run_program(study(data.path(), output.path(), tuned)).exit_code, 0);
  ASSERT_EQ(run_program(study(data.path(), whole.path(), tuned)).exit_code, 0);
  expect_same_study(output, whole);
}

TEST(Study, StopsAtCtrlCInTheMiddleOfARun) {
  const TinyData data;
  const TemporaryFolder output, log;
  Background program(study(data.path(), output.path(), " --epochs 10000000"), log / "err",
                     log / "out");
  testing::wait_until("it says what it does",
                      [&] { return fs::exists(log / "out") && !read_file(log / "out").empty(); });
  // Two runs begin now. Nothing tells so but what they cost.
  const double before = program.cpu_seconds();
  testing::wait_until("runs take CPU time", [&] { return program.cpu_seconds() > before + .2; });
  const int status = program.end(SIGINT);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 130);
  EXPECT_EQ(read_file(log / "err"), "dropout_study: interrupted: 0 of 60 runs are kept in " +
                                        (output / "runs.jsonl") + "; the same command goes on\n");
}

TEST(Study, RedrawsOneLineOnATerminal) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_EQ(grantpt(terminal) + unlockpt(terminal), 0);
  const std::string name = ptsname(terminal);
  const int other_side = open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(other_side, 0);
  std::string shown;
  std::thread reader([&] {  // ends when nobody has the other side open any more
    std::array<char, 1000> some{};
    for (ssize_t n = 0; (n = read(terminal, some.data(), some.size())) > 0;)
      shown.append(some.data(), static_cast<std::size_t>(n));
  });
  const TinyData data;
  const TemporaryFolder output;
  Background program(study(data.path(), output.path()), name);
  const int status = program.end(0);
  close(other_side);
  reader.join();
  close(terminal);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << shown;
  EXPECT_EQ(lines_of(shown), 1) << shown;
  const std::string redraw = "\r\033[K";
  std::size_t redraws = 0;
  for (std::size_t at = shown.find(redraw); at != std::string::npos; ++redraws) {
    const std::size_t next = shown.find(redraw, at + 1);
    EXPECT_LT(std::min(next, shown.size() - 2) - at - redraw.size(), 80U);  // does not wrap
    at = next;
  }
  EXPECT_GT(redraws, 59U);
  const std::string last = shown.substr(shown.rfind(redraw) + redraw.size());
  EXPECT_EQ(last.compare(0, 16, "60/60 runs 100% "), 0) << last;
}

TEST(Study, RunsATornLineAgain) {
  const TinyData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0")).exit_code, 0);
  const std::string page = read_file(output / "study.html"), journal = journal_of(output);
  fs::resize_file(output / "runs.jsonl", journal.size() - 40);
  const ProgramRun run = run_program(study(data.path(), output.path(), " --seeds 0"));
  EXPECT_TRUE(contains(run.out, "12 runs, 11 of them finished earlier")) << run.out;
  EXPECT_EQ(read_file(output / "study.html"), page);
  EXPECT_EQ(lines_of(journal_of(output)), 12);
}

TEST(Study, RefusesAJournalItCannotRead) {
  const TinyData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0")).exit_code, 0);
  const std::string page = read_file(output / "study.html"), journal = journal_of(output);
  const std::string path = output / "runs.jsonl";
  testing::overwrite(path, journal.find('\n') + 5, "#");
  const std::string damaged = journal_of(output);
  expect_refused(run_program(study(data.path(), output.path(), " --seeds 0")),
                 "dropout_study: " + path + ": cannot use line 2: ");
  EXPECT_EQ(journal_of(output), damaged);

  std::string twice = journal.substr(0, journal.find('\n') + 1);
  const std::size_t digit = twice.rfind("]]}") - 1;
  twice[digit] = twice[digit] == '9' ? '8' : static_cast<char>(twice[digit] + 1);
  write_file(path, journal + twice);
  expect_refused(run_program(study(data.path(), output.path(), " --seeds 0")),
                 path + ": cannot use line 13: it has another result than line 1");
  EXPECT_EQ(journal_of(output), journal + twice);
  EXPECT_EQ(read_file(output / "study.html"), page);
}

TEST(Study, LosesNoFinishedRunToAFullDisk) {
  const TinyData data;
  const TemporaryFolder output, whole;
  // A limit on the size of a file, in blocks of 512 bytes, stops a write in its middle as a full
  // disk does.
  const auto with_limit = [&](const std::string& blocks) {
    return run_program(study(data.path(), output.path(), " --seeds 0-1"),
                       "trap '' XFSZ; ulimit -f " + blocks + ";");
  };
  std::ptrdiff_t kept = 0;
  for (const char* blocks : {"5", "9"}) {
    const ProgramRun run = with_limit(blocks);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_TRUE(contains(last_line(run.err),
                         "dropout_study: " + (output / "runs.jsonl") + ": cannot write: "))
        << run.err;
    const std::string journal = journal_of(output);
    EXPECT_EQ(journal.back(), '\n');
    EXPECT_GT(lines_of(journal), kept);
    EXPECT_EQ(lines_of(run.err), lines_of(journal) - kept + 1);
    kept = lines_of(journal);
  }
  ASSERT_EQ(run_program(study(data.path(), whole.path(), " --seeds 0-1")).exit_code, 0);
  const std::string page = read_file(whole / "study.json");
  // Now the journal has room, and study.json has not.
  const std::size_t room = std::max(journal_of(whole).size(), page.size() / 2) / 512 + 2;
  ASSERT_GT(page.size(), room * 512);
  const ProgramRun full = with_limit(std::to_string(room));
  EXPECT_EQ(full.exit_code, 2);
  EXPECT_TRUE(contains(last_line(full.err), (output / "study.json") + ": cannot write"))
      << full.err;
  EXPECT_EQ(lines_of(journal_of(output)), 24);
  EXPECT_EQ(output.names(), std::vector<std::string>{"runs.jsonl"});
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0-1")).exit_code, 0);
  expect_same_study(output, whole);
}

TEST(Study, AllowsOneProgramInAFolder) {
  const TinyData data(64);
  const TemporaryFolder output;
  testing::OneMessagePipe err;
  Background first(study(data.path(), output.path(), slow), err);
  first.go_on_until(output, 1);
  expect_refused(
      run_program(study(data.path(), output.path(), slow)),
      "dropout_study: " + (output / "runs.jsonl") + ": another program is at work in this folder");
  EXPECT_TRUE(WIFSIGNALED(first.end(SIGKILL)));
}

TEST(Study, NamesTheRunThatFailsAndKeepsTheOthers) {
  const TinyData data;
  const TemporaryFolder output;
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0")).exit_code, 0);
  const std::string journal = journal_of(output), page = read_file(output / "study.html");
  expect_refused(
      run_program(study(data.path(), output.path(), " --seeds 0 --learning-rate 1e30 --jobs 1")),
      "dropout_study: hidden 8, training 40, keep_prob 1, learning rate 1e+30, seed 0: the loss "
      "is ");
  EXPECT_EQ(journal_of(output), journal);
  EXPECT_EQ(read_file(output / "study.html"), page);
}

TEST(Study, RefusesWrongOptionsInOneLine) {
  const TinyData data;
  const TemporaryFolder output;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--keep-probs 0", "--keep-probs: keep_prob is 0, expected a number in (0, 1]"},
      {"--keep-probs 1,1.5", "keep_prob is 1.5"},
      {"--keep-probs nan", "keep_prob is nan"},
      {"--keep-probs 1,half", "'half' is not a number"},
      {"--keep-probs 1,0.5,1", "'1,0.5,1' names the same twice"},
      {"--keep-probs 1,,0.5", "'' is not a number"},
      {"--hidden 0", "--hidden: it is 0"},
      {"--hidden 5,5", "names the same twice"},
      {"--hidden 5--5", "'' is not a whole number"},
      {"--hidden 6004799503160661", "--hidden: 6004799503160661 units"},
      {"--training 0", "--training: it is 0"},
      {"--training 20,20", "names the same twice"},
      {"--training 41", "--training 41 and --validation 20 ask for more images"},
      {"--training 18446744073709551615",
       "--training 18446744073709551615 and --validation 20 ask"},
      {"--training 99999999999999999999", "is not a whole number"},
      {"--seeds a", "--seeds: 'a' is not a whole number"},
      {"--seeds 4-0", "'4-0' runs backwards"},
      {"--seeds 0-4,2", "names the same twice"},
      {"--seeds 1-2-3", "'1-2-3' is neither a seed nor a range"},
      {"--seeds 0-18446744073709551615", "are more than"},
      {"--seeds 0-999999,1000000", "'0-999999,1000000' are more than 1000000 seeds"},
      {"--seeds 0-999999 --training 20,30", "the lists make more than 1000000 runs"},
      {"--epochs 0", "--epochs: it is 0"},
      {"--epochs 1.5", "--epochs: '1.5' is not a whole number"},
      {"--epochs 5,5", "--epochs: '5,5' names the same twice"},
      {"--learning-rates 0.1,0", "--learning-rates: it is 0"},
      {"--tune", "--tune has nothing to choose from: give several --learning-rates or --epochs"},
      {"--tune --epochs 1,2 --tuning-seeds 9,4",
       "seed 4 is in --tuning-seeds and in --seeds: what chooses must not judge"},
      {"--tune --epochs 1,2",
       "dropout_study: --tune compares on test images: " + data.path() + ": holds no test images"},
      {"--batch 0", "--batch"},
      {"--jobs 0", "--jobs"},
      {"--optimizer newton", "--optimizer: 'newton' is neither adam nor sgd"},
      {"--sampling never", "--sampling: 'never' is neither replacement nor shuffled"},
      {"--learning-rate 0", "--learning-rate: it is 0"},
      {"--learning-rate inf", "--learning-rate: it is inf"},
      {"--weight-scale -1", "--weight-scale"},
      {"--grid /no/such/file", "/no/such/file: cannot open"},
      {"--grid /dev/zero", "/dev/zero: more than 16777216 bytes"},
      {"--output ''", "the name of the output folder is empty"},
      {"--data /no/such/folder", "/no/such/folder: no such folder"},
      {"--seds 4", "--seds"}};
  for (const auto& [option, message] : cases) {
    SCOPED_TRACE(option);
    expect_refused(run_program(study(data.path(), output.path(), " " + option)), message);
  }
  EXPECT_TRUE(output.names().empty() || output.names() == std::vector<std::string>{"runs.jsonl"});
}

TEST(Study, KeepsItsJournalWhereStdoutIsClosed) {
  const TinyData data;
  const TemporaryFolder output;
  const std::string words = study(data.path(), output.path(), " --seeds 0-1 --epochs 1");
  // The next file that is opened gets the number of a closed one, and all that is printed.
  const ProgramRun closed = run_program(words, "", ">&-");
  EXPECT_EQ(closed.exit_code, 2);
  EXPECT_TRUE(contains(closed.err, "dropout_study: stdout: cannot write: Bad file descriptor\n"))
      << closed.err;
  EXPECT_TRUE(fs::exists(output / "study.html"));
  const ProgramRun run = run_program(words);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(contains(run.out, "24 runs, 24 of them finished earlier")) << run.out;
}

TEST(Study, TakesAGridFileAndLetsTheCommandLineOverrideIt) {
  const TinyData data;
  const TemporaryFolder output, files;
  const std::string grid = files / "grid.json";
  const std::string words = "dropout_study --data " + data.path() + " --output " + output.path() +
                            " --epochs 2 --grid " + grid;
  write_file(grid, R"({"keep-probs": [1, 0.5], "hidden": ["4-4"], "training": 30, "epochs": 9,
                       "seeds": "0-1", "validation": 10, "batch": 8})");
  const ProgramRun run = run_program(words);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto json = nlohmann::json::parse(read_file(output / "study.json"));
  EXPECT_EQ(json["grid"]["hidden"], (std::vector<std::vector<int>>{{4, 4}}));
  EXPECT_EQ(json["settings"]["epochs"], 2);
  EXPECT_EQ(json["settings"]["batch_size"], 8);
  EXPECT_EQ(json["runs"].size(), 4U);

  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"keep-prob": [1]})", "there is no option keep-prob"},
      {R"({"epochs": true})", "epochs: a number, a text or a list of them was expected"},
      {R"({"epochs": {"first": 1}})", "epochs: a number, a text or a list of them was expected"},
      {R"({"batch": [1, 2]})", "batch: '1,2' is not a whole number"},
      {R"({"tune": 1})", "tune: '1' is neither true nor false"},
      {R"({"seeds": [0, null]})", "seeds: a number, a text or a list of them was expected"},
      {R"({"keep-probs": []})", "keep-probs: '' is not a number"},
      {R"({"keep-probs": [1, 2]})", "keep-probs: keep_prob is 2"},
      {R"({"seeds": [0, 0]})", "seeds: '0,0' names the same twice"},
      {"{\n\"epochs\": 3,\n}", "not JSON, see line 3"},
      {"", "not JSON, see line 1"},
      {R"({"epochs": 1e999})", "a number in it is too large"},
      {R"({"a\nb\u001b[2J": 1})", "there is no option a b [2J"},
      {"[1]", "a JSON object was expected"}};
  for (const auto& [text, message] : cases) {
    SCOPED_TRACE(text);
    write_file(grid, text);
    std::string expected = "dropout_study: ";
    expected.append(grid).append(": ").append(message);
    expect_refused(run_program(words), expected);
  }
}

TEST(Study, RefusesAnOutputFolderItCannotWrite) {
  const TinyData data;
  const std::string below_a_file = data / "x.npy" + "/output";
  expect_refused(run_program(study(data.path(), below_a_file)),
                 below_a_file + ": cannot make the folder");
  expect_refused(run_program(study(data.path(), "/proc")), "/proc");
  if (geteuid() == 0) return;  // to whom no folder is read-only
  const TemporaryFolder output;
  fs::permissions(output.path(), fs::perms::owner_read | fs::perms::owner_exec);
  expect_refused(run_program(study(data.path(), output.path())), output.path());
  fs::permissions(output.path(), fs::perms::owner_all);
}

TEST(Study, RefusesTilesOfAWrongSizeAndGoesWithoutMissingOnes) {
  const TinyData data(64);
  const TemporaryFolder output;
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0")).exit_code, 0);
  std::string plain;
  for (const auto& entry : fs::directory_iterator(output / "weights")) {
    if (contains(entry.path().string(), "hidden8_training40_keep1_")) plain = entry.path().string();
  }
  ASSERT_FALSE(plain.empty());
  fs::resize_file(plain, 100);
  expect_refused(run_program(study(data.path(), output.path(), " --seeds 0")),
                 plain + ": 100 bytes, expected 512; delete it to go without");
  fs::remove(plain);
  ASSERT_EQ(run_program(study(data.path(), output.path(), " --seeds 0")).exit_code, 0);
  const auto json = nlohmann::json::parse(read_file(output / "study.json"));
  ASSERT_EQ(json["weights"].size(), 2U);
  EXPECT_EQ(json["weights"][0]["keep_prob"], .5);
}

TEST(Study, HelpShowsEveryOption) {
  const ProgramRun run = run_program("dropout_study --help");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* option : {"--grid",
                             "--keep-probs",
                             "--hidden",
                             "--training",
                             "--seeds",
                             "--validation",
                             "--split",
                             "--epochs",
                             "--batch",
                             "--sampling",
                             "--optimizer",
                             "--learning-rate",
                             "--learning-rates",
                             "--tune",
                             "--tuning-seeds",
                             "--draw-validation",
                             "--weight-scale",
                             "--data",
                             "--label",
                             "--output",
                             "--jobs"}) {
    EXPECT_TRUE(contains(run.out, option)) << option;
  }
}

TEST(Study, HasAsManyJobsAsCoresThatItMayUse) {
  ProgramRun on_one;
  testing::on_one_core([&] { on_one = run_program("dropout_study --help"); });
  EXPECT_TRUE(contains(on_one.out, "--jobs N=1 ")) << on_one.out;
}

TEST(StudyImages, TellWhatTheyAre) {
  const TinyData features, pictures(64), colours(192);
  const auto picture_of = [](const TinyData& data) {
    return examples::read_images(data.path()).training.picture();
  };
  EXPECT_FALSE(picture_of(features).has_value());
  ASSERT_TRUE(picture_of(pictures).has_value());
  EXPECT_EQ(picture_of(pictures)->height, 8U);
  EXPECT_EQ(picture_of(pictures)->width, 8U);
  EXPECT_EQ(picture_of(pictures)->channels, 1U);
  EXPECT_FALSE(picture_of(colours).has_value());  // colour first or last? nobody knows
  EXPECT_FALSE(examples::read_images(features.path()).published_order);
  EXPECT_EQ(examples::read_images(features.path()).classes,
            (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(examples::read_images(features.path()).files,
            (std::vector<std::string>{features / "x.npy", features / "y.npy"}));
}

}  // namespace
}  // namespace thinnet
