// Several processes at one job, as each of them sees the others.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace thinnet {

/// The processes that were started together are numbered from 0; each has one object of this kind.
/// All ranks must call sum and broadcast the same number of times, in the same order and with the
/// same counts; they wait there for one another.
class Ranks {
 public:
  Ranks() = default;
  virtual ~Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  virtual std::size_t rank() const = 0;  ///< of this process, in [0, size())
  virtual std::size_t size() const = 0;  ///< how many there are

  /// Replaces values[i] by its sum over the ranks, for i in [0, count).
  virtual void sum(float* values, std::size_t count) = 0;
  virtual void sum(double* values, std::size_t count) = 0;
  /// Replaces `count` bytes by those of rank 0.
  virtual void broadcast(void* bytes, std::size_t count) = 0;

  struct Message {
    std::size_t from;
    std::string bytes;
  };
  /// Returns when `bytes` may be changed again, for a long text not before it is received. Messages
  /// of one rank to another arrive in their order.
  virtual void send(std::size_t to, const std::string& bytes) = 0;
  /// The next message to this rank; none when none has come yet.
  virtual std::optional<Message> receive() = 0;

  /// Whether all ranks call this before the patience of any is at its end, which takes longer on a
  /// busy machine. Once at most.
  virtual bool meet(std::chrono::milliseconds patience) = 0;
  /// Ends the processes of all ranks, this one too.
  virtual void abort(int exit_code) = 0;
};

/// Does `work` on rank 0, or where there are no ranks (null), while the others wait. Throws what it
/// throws; on the other ranks then std::runtime_error with the same text, so that all go on or
/// none.
void on_rank_0(Ranks* ranks, const std::function<void()>& work);

/// Replaces `text` by that of rank 0. All ranks call it together.
void broadcast_text(Ranks& ranks, std::string& text);

/// The first rank where `ok` is false, the same answer on every rank; none when it is true on all.
std::optional<std::size_t> first_not_ok(Ranks& ranks, bool ok);

}  // namespace thinnet
