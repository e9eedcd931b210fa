// The programs under mpirun, as a user meets them: the same results as without, one voice, and what
// happens when a rank dies.
#include <spawn.h>

#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "data/io/npz.hpp"
#include "tests/system/programs/program_run.hpp"
#include "tests/system/programs/tiny_data.hpp"
#include "tests/system/programs/waiting.hpp"

namespace thinnet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::contains;
using testing::expect_refused;
using testing::ProgramRun;
using testing::TemporaryFolder;
using testing::TinyData;
using testing::wait_until;

/// The program's file for its name, and its options.
std::string command(const std::string& words) {
  const std::string name = words.substr(0, words.find(' '));
  return '"' + testing::program_file(name) + '"' + words.substr(name.size());
}

/// mpirun in the background.
class Job {
 public:
  /// `words` are the program's name and options.
  Job(std::size_t ranks, const std::string& words)
      : Job(std::to_string(ranks) + " -q " + command(words)) {}
  /// `arguments` are mpirun's; -q keeps its own words about exit codes out.
  explicit Job(const std::string& arguments) {
    const std::string command = "exec " THINNET_MPIRUN " " + arguments + " >" + (log_ / "out") +
                                " 2>" + (log_ / "err") + " </dev/null";
    std::array<std::string, 3> texts{"sh", "-c", command};
    std::array<char*, 4> arguments_of_sh{texts[0].data(), texts[1].data(), texts[2].data(),
                                         nullptr};
    if (posix_spawn(&pid_, "/bin/sh", nullptr, nullptr, arguments_of_sh.data(), environ) != 0)
      throw std::runtime_error("cannot start sh");
  }
  ~Job() {
    if (pid_ == 0) return;
    kill(pid_, SIGTERM);  // at SIGKILL the ranks would stay
    wait();
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  ProgramRun wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(log_ / "out"),
            read_file(log_ / "err")};
  }
  bool ended() const {
    siginfo_t about = {};
    return waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           about.si_pid != 0;
  }
  std::string out() const { return fs::exists(log_ / "out") ? read_file(log_ / "out") : ""; }
  void interrupt() const { kill(pid_, SIGINT); }

  /// SIGKILL is what the system sends when memory is short.
  void signal_rank(std::size_t rank, int signal = SIGKILL) const {
    const std::string mark = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
    for (const auto& entry : fs::directory_iterator("/proc")) {
      const std::string name = entry.path().filename();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      try {
        std::istringstream words(read_file(entry.path() / "stat"));
        std::string word, parent;
        words >> word >> word >> word >> parent;  // number, (name), state, parent
        if (parent != std::to_string(pid_)) continue;
        const std::string environment = '\0' + read_file(entry.path() / "environ");
        if (!contains(environment, '\0' + mark + '\0')) continue;
      } catch (const std::runtime_error&) {  // of somebody else, or gone
        continue;
      }
      kill(std::stoi(name), signal);
      return;
    }
    ADD_FAILURE() << "there is no rank " << rank;
  }

 private:
  TemporaryFolder log_;
  pid_t pid_ = 0;
};

ProgramRun mpirun(std::size_t ranks, const std::string& words) {
  return Job(ranks, words).wait();
}

std::ptrdiff_t lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

std::string training(const TinyData& data, const TemporaryFolder& output,
                     const std::string& more = "") {
  return "train_cifar10 --data " + data.path() + " --output " + output.path() +
         " --no-test --validation 21 --batch 14 --whiten 0 --hidden 8,6 --learning-rate .02 " +
         more + (contains(more, "--epochs") ? "" : " --epochs 3");
}

Json history_of(const TemporaryFolder& output) {
  return Json::parse(read_file(output / "history.json"));
}

const std::string tiny = " --training 20,39 --validation 21 --epochs 2 --batch 16 --hidden 8,6-5";

std::string study(const TinyData& data, const TemporaryFolder& output,
                  const std::string& more = "") {
  return "dropout_study --data " + data.path() + " --output " + output.path() + tiny + more;
}

/// The journal without its times, in an order of its own.
std::multiset<std::string> journal_of(const TemporaryFolder& output) {
  std::multiset<std::string> lines;
  if (!fs::exists(output / "runs.jsonl")) return lines;
  std::istringstream text(read_file(output / "runs.jsonl"));
  for (std::string line; std::getline(text, line);) {
    Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) break;  // the last line, half written
    json.erase("seconds");
    lines.insert(json.dump());
  }
  return lines;
}

void expect_same_study(const TemporaryFolder& a, const TemporaryFolder& b) {
  EXPECT_EQ(read_file(a / "study.json"), read_file(b / "study.json"));
  EXPECT_EQ(read_file(a / "study.html"), read_file(b / "study.html"));
  EXPECT_EQ(journal_of(a), journal_of(b));
}

TEST(OnRanks, TrainingIsThatOfOneProcess) {
  const TinyData data;
  const TemporaryFolder alone, together, again;
  const ProgramRun one = testing::run_program(training(data, alone));
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_FALSE(contains(one.out, "ranks")) << one.out;
  const ProgramRun three = mpirun(3, training(data, together));
  ASSERT_EQ(three.exit_code, 0) << three.err;
  EXPECT_TRUE(contains(three.out, "3 ranks, each with its slice of every batch\n")) << three.out;
  EXPECT_EQ(lines_of(three.out), lines_of(one.out) + 1) << three.out;
  EXPECT_EQ(lines_of(three.err), lines_of(one.err)) << three.err;
  EXPECT_EQ(together.names(), alone.names());
  Json a = history_of(alone), b = history_of(together);
  EXPECT_EQ(a["settings"], b["settings"]);
  EXPECT_EQ(a["best_epoch"], b["best_epoch"]);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(a["epochs"][i]["loss"], b["epochs"][i]["loss"], 1e-5);
    EXPECT_EQ(a["epochs"][i]["validation_accuracy"], b["epochs"][i]["validation_accuracy"]);
  }
  // The same number of ranks makes the same bits, also when it goes on from a checkpoint.
  const std::string weights = read_file(together / "weights.npz");
  fs::copy_file(together / "checkpoint.npz", again / "checkpoint.npz");
  const ProgramRun rest = mpirun(3, training(data, again));
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_TRUE(contains(rest.out, "Going on from")) << rest.out;
  EXPECT_EQ(read_file(again / "weights.npz"), weights);
}

std::string last_words_of_training(const TemporaryFolder& output) {
  return "train_cifar10: ended by mpirun (has a rank died?); the last finished epoch is kept in " +
         (output / "checkpoint.npz") + ", and the same command goes on\n";
}

TEST(OnRanks, TrainingGoesOnAfterARankWasKilled) {
  const TinyData data;
  const TemporaryFolder output;
  const std::string words = training(data, output, "--epochs 1000000");
  const auto epochs = [&] { return read_npz(output / "checkpoint.npz").at("history").size(); };
  Job job(2, words);
  wait_until("a checkpoint", [&] { return job.ended() || fs::exists(output / "checkpoint.npz"); });
  job.signal_rank(1);
  const ProgramRun killed = job.wait();
  EXPECT_NE(killed.exit_code, 0);
  EXPECT_TRUE(contains(killed.err, last_words_of_training(output))) << killed.err;
  const std::size_t before = epochs();
  Job rest(2, words);
  wait_until("one more epoch", [&] { return rest.ended() || epochs() > before; });
  EXPECT_GT(epochs(), before);
}

TEST(OnRanks, AStudyIsThatOfOneProcessToTheByte) {
  const TinyData data(64);  // with pictures of weights
  const TemporaryFolder alone, together;
  ASSERT_EQ(testing::run_program(study(data, alone)).exit_code, 0);
  const ProgramRun three = mpirun(3, study(data, together));
  ASSERT_EQ(three.exit_code, 0) << three.err;
  EXPECT_TRUE(contains(three.out, "60 runs, 0 of them finished earlier, 3 at a time")) << three.out;
  EXPECT_EQ(lines_of(three.err), 60) << three.err;
  EXPECT_TRUE(contains(three.err, "60/60 runs 100%")) << three.err;
  expect_same_study(alone, together);
  EXPECT_EQ(together.names(), alone.names());
  const ProgramRun nothing = mpirun(3, study(data, together));  // more ranks than runs
  EXPECT_EQ(nothing.exit_code, 0) << nothing.err;
  EXPECT_TRUE(contains(nothing.out, "60 runs, 60 of them finished earlier")) << nothing.out;
  expect_same_study(alone, together);
}

TEST(OnRanks, AStudyWithAChoiceInItsMiddleIsThatOfOneProcessToTheByte) {
  const TinyData data;
  fs::copy_file(data / "x.npy", data / "x_test.npy");
  fs::copy_file(data / "y.npy", data / "y_test.npy");
  const TemporaryFolder alone, together;
  const std::string tuned =
      " --tune --epochs 1,3 --learning-rates 0.001,0.01 --seeds 0-2 --tuning-seeds 7";
  ASSERT_EQ(testing::run_program(study(data, alone, tuned)).exit_code, 0);
  // Which runs judge, ranks above 0 learn only when all that choose are done.
  const ProgramRun three = mpirun(3, study(data, together, tuned));
  ASSERT_EQ(three.exit_code, 0) << three.err;
  EXPECT_TRUE(contains(three.out, "96 runs, 0 of them finished earlier, 3 at a time")) << three.out;
  EXPECT_TRUE(contains(three.err, "96/96 runs 100%")) << three.err;
  expect_same_study(alone, together);
  const ProgramRun nothing = mpirun(3, study(data, together, tuned));
  EXPECT_EQ(nothing.exit_code, 0) << nothing.err;
  EXPECT_TRUE(contains(nothing.out, "96 runs, 96 of them finished earlier")) << nothing.out;
  expect_same_study(alone, together);
}

std::string last_words(const TemporaryFolder& output) {
  return "dropout_study: ended by mpirun (has a rank died?); the finished runs are kept in " +
         (output / "runs.jsonl") + ", and the same command goes on\n";
}

TEST(OnRanks, AStudyGoesOnAfterARankWasKilled) {
  const TinyData data;
  const TemporaryFolder alone, output;
  // 15 runs. Rank 0, which hands them out and keeps them, is stopped before rank 1 is killed, for
  // mpirun takes its time until it ends the others; it lets rank 0 go on to do so.
  const std::string slow = " --epochs 100 --hidden 600 --training 39";
  Job job(3, study(data, output, slow));
  wait_until("a finished run", [&] { return job.ended() || !journal_of(output).empty(); });
  job.signal_rank(0, SIGSTOP);
  job.signal_rank(1);
  const ProgramRun killed = job.wait();
  EXPECT_NE(killed.exit_code, 0);
  EXPECT_TRUE(contains(killed.err, last_words(output))) << killed.err;
  const auto kept = journal_of(output);
  EXPECT_LT(kept.size(), 15U);
  EXPECT_FALSE(fs::exists(output / "study.json"));
  const ProgramRun rest = mpirun(2, study(data, output, slow));
  ASSERT_EQ(rest.exit_code, 0) << rest.err;
  EXPECT_TRUE(contains(rest.out, std::to_string(kept.size()) + " of them finished earlier"));
  ASSERT_EQ(testing::run_program(study(data, alone, slow)).exit_code, 0);
  expect_same_study(alone, output);
}

TEST(OnRanks, AStudyStopsInTheMiddleOfItsRuns) {
  const TinyData data;
  const TemporaryFolder killed, interrupted, alone;
  // Side by side, for mpirun takes its time to end each.
  Job killed_job(3, study(data, killed, " --epochs 10000000")),
      interrupted_job(3, study(data, interrupted, " --epochs 10000000")),
      alone_job(3, study(data, alone, " --epochs 10000000"));
  for (const Job* job : {&killed_job, &interrupted_job, &alone_job})
    wait_until("the first lines",
               [&] { return job->ended() || contains(job->out(), "3 at a time"); });
  killed_job.signal_rank(0);
  interrupted_job.interrupt();
  alone_job.signal_rank(0, SIGINT);
  EXPECT_NE(killed_job.wait().exit_code, 0);
  const ProgramRun by_user = interrupted_job.wait();
  EXPECT_NE(by_user.exit_code, 0);
  EXPECT_TRUE(contains(by_user.err, last_words(interrupted))) << by_user.err;
  const ProgramRun rank_0 = alone_job.wait();
  EXPECT_EQ(rank_0.exit_code, 130);
  EXPECT_EQ(rank_0.err, "dropout_study: interrupted: 0 of 60 runs are kept in " +
                            (alone / "runs.jsonl") + "; the same command goes on\n");
  for (const TemporaryFolder* output : {&killed, &interrupted, &alone})
    EXPECT_EQ(output->names(), std::vector<std::string>{"runs.jsonl"});
}

TEST(OnRanks, Rank0IsHeardThoughSigtermReachesTheOthersFirst) {
  const TinyData data;
  const TemporaryFolder by_training, by_study, scripts;
  // In the place of rank 0 a shell, which passes SIGTERM on half a second later. In a session of
  // its own the program does not get it from mpirun. With the usual one second mpirun waits no more
  // once another rank has ended.
  const std::string script = scripts / "rank_0.sh";
  write_file(script, "trap 'sleep .5; kill -TERM $!; wait' TERM\nsetsid \"$@\" &\nwait\n");
  const auto arguments = [&](const std::string& words) {
    return "1 -q --mca odls_base_sigkill_timeout 1 sh " + script + ' ' + command(words) +
           " : -n 2 " + command(words);
  };
  Job training_job(arguments(training(data, by_training, "--epochs 10000000"))),
      study_job(arguments(study(data, by_study, " --epochs 10000000")));
  wait_until("a checkpoint",
             [&] { return training_job.ended() || fs::exists(by_training / "checkpoint.npz"); });
  wait_until("the first lines",
             [&] { return study_job.ended() || contains(study_job.out(), "3 at a time"); });
  training_job.interrupt();
  study_job.interrupt();
  const ProgramRun trained = training_job.wait(), studied = study_job.wait();
  EXPECT_TRUE(contains(trained.err, last_words_of_training(by_training))) << trained.err;
  EXPECT_TRUE(contains(studied.err, last_words(by_study))) << studied.err;
}

TEST(OnRanks, ARunThatFailsIsNamedAndTheOthersKept) {
  const TinyData data;
  const TemporaryFolder output;
  const ProgramRun run =
      mpirun(3, study(data, output, " --learning-rate 1e18 --optimizer sgd --seeds 0-1"));
  EXPECT_EQ(run.exit_code, 2);
  std::istringstream lines(run.err);
  std::size_t failures = 0;
  for (std::string line; std::getline(lines, line);)
    failures += contains(line, "dropout_study: hidden ") && contains(line, "the loss is ") ? 1 : 0;
  EXPECT_EQ(failures, 1U) << run.err;
}

TEST(OnRanks, MistakesAreToldOnce) {
  const TinyData data;
  const TemporaryFolder output, no_checkpoint, no_journal;
  write_file(no_checkpoint / "checkpoint.npz", "PK");
  write_file(no_journal / "runs.jsonl", "#\n");
  // Side by side, for mpirun takes its time to end each.
  Job nonsense(3, training(data, output, "--nonsense")),
      nowhere(3, "dropout_study --data /nowhere"), jobs(2, study(data, output, " --jobs 2")),
      checkpoint(2, training(data, no_checkpoint)), journal(2, study(data, no_journal)),
      in_one_process(2, "dropout_cifar10 --data " + data.path());
  expect_refused(nonsense.wait(), "--nonsense");
  expect_refused(nowhere.wait(), "/nowhere: no such folder");
  expect_refused(jobs.wait(),
                 "--jobs 2 is for one process: under mpirun every rank does one run at a time");
  expect_refused(checkpoint.wait(), (no_checkpoint / "checkpoint.npz") + ": ");
  expect_refused(journal.wait(), "cannot use line 1");
  expect_refused(in_one_process.wait(), "started in 2 processes, but this program runs in one");
  const ProgramRun help = mpirun(3, "train_cifar10 --help"),
                   alone = testing::run_program("train_cifar10 --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_EQ(help.out, alone.out);
}

TEST(OnRanks, AMistakeOfOneRankEndsAll) {
  // The others have no such file: a disk that is not shared.
  const TinyData data;
  const TemporaryFolder output, log;
  const std::string program = testing::program_file("train_cifar10");
  const std::string words = training(data, output).substr(std::string("train_cifar10").size());
  const std::string command = THINNET_MPIRUN " 1 -q \"" + program + "\"" + words + " : -n 1 \"" +
                              program + "\" --data /elsewhere >" + (log / "out") + " 2>" +
                              (log / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  const std::string err = read_file(log / "err");
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << err;
  EXPECT_TRUE(contains(err, "train_cifar10: rank 1 of 2: /elsewhere: no such folder or file\n"))
      << err;
}

TEST(OnRanks, AProgramOfOneProcessIsHeardThoughItsOtherProcessesEndFirst) {
  const TemporaryFolder log;
  const std::string program = "\"" + testing::program_file("dropout_cifar10") + "\"";
  const std::string others_ended = log / "ended";
  // mpirun would end the first within these three seconds, if it did so for the others' sake.
  const std::string first =
      "while ! [ -e " + others_ended + " ]; do sleep .1; done; sleep 3; exec " + program;
  const std::string other = program + "; code=$?; touch " + others_ended + "; exit $code";
  const std::string command = THINNET_MPIRUN " 1 -q sh -c '" + first + "' : -n 1 sh -c '" + other +
                              "' 2>" + (log / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  const std::string err = read_file(log / "err");
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << err;
  EXPECT_EQ(lines_of(err), 1) << err;
  EXPECT_TRUE(contains(err, "dropout_cifar10: started in 2 processes")) << err;
}

TEST(OnRanks, OneRankIsOneProcess) {
  const TinyData data;
  const TemporaryFolder output, alone;
  const ProgramRun run = mpirun(1, study(data, output, " --seeds 0-1 --jobs 2"));
  EXPECT_EQ(run.exit_code, 0) << run.err;
  ASSERT_EQ(testing::run_program(study(data, alone, " --seeds 0-1")).exit_code, 0);
  expect_same_study(alone, output);
}

}  // namespace
}  // namespace thinnet
