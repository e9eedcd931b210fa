#include "training/distributed/mpi_ranks.hpp"

#include <mpi.h>

#include <algorithm>
#include <limits>
#include <thread>

namespace thinnet {
namespace {

/// MPI counts in int: calls use(piece, count) for pieces that fit.
template <typename T, typename Use>
void in_pieces(T* values, std::size_t count, const Use& use) {
  constexpr std::size_t most = std::numeric_limits<int>::max();
  for (std::size_t begin = 0; begin < count; begin += most) {
    use(values + begin, static_cast<int>(std::min(most, count - begin)));
  }
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm_dup(MPI_COMM_WORLD, &meeting_);
  }
  ~MpiRanks() override { MPI_Finalize(); }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  std::size_t rank() const override { return static_cast<std::size_t>(rank_); }
  std::size_t size() const override { return static_cast<std::size_t>(size_); }

  void sum(float* values, std::size_t count) override {
    in_pieces(values, count, [](float* piece, int n) {
      MPI_Allreduce(MPI_IN_PLACE, piece, n, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    });
  }
  void sum(double* values, std::size_t count) override {
    in_pieces(values, count, [](double* piece, int n) {
      MPI_Allreduce(MPI_IN_PLACE, piece, n, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    });
  }
  void broadcast(void* bytes, std::size_t count) override {
    in_pieces(static_cast<char*>(bytes), count,
              [](char* piece, int n) { MPI_Bcast(piece, n, MPI_BYTE, 0, MPI_COMM_WORLD); });
  }

  void send(std::size_t to, const std::string& bytes) override {
    MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, static_cast<int>(to), 0,
             MPI_COMM_WORLD);
  }
  std::optional<Message> receive() override {
    int there = 0, count = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (there == 0) return std::nullopt;
    MPI_Get_count(&status, MPI_BYTE, &count);
    Message message{static_cast<std::size_t>(status.MPI_SOURCE),
                    std::string(static_cast<std::size_t>(count), '\0')};
    MPI_Recv(message.bytes.data(), count, MPI_BYTE, status.MPI_SOURCE, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    return message;
  }

  bool meet(std::chrono::milliseconds patience) override {
    // Patience is a number of looks: where this rank hardly gets to look, the others hardly get on.
    constexpr std::chrono::milliseconds between_looks(1);
    MPI_Request request = nullptr;
    MPI_Ibarrier(meeting_, &request);
    while (true) {
      int all = 0;
      MPI_Test(&request, &all, MPI_STATUS_IGNORE);
      if (all != 0) return true;
      if (patience <= std::chrono::milliseconds::zero()) return false;
      std::this_thread::sleep_for(between_looks);
      patience -= between_looks;
    }
  }
  void abort(int exit_code) override { MPI_Abort(MPI_COMM_WORLD, exit_code); }

 private:
  int rank_ = 0, size_ = 0;
  MPI_Comm meeting_ = nullptr;  // apart from whatever a rank was in the middle of
};

}  // namespace

std::unique_ptr<Ranks> join_mpi() {
  return std::make_unique<MpiRanks>();
}

}  // namespace thinnet
