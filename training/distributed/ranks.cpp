#include "training/distributed/ranks.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <vector>

namespace thinnet {

void broadcast_text(Ranks& ranks, std::string& text) {
  std::size_t length = text.size();
  ranks.broadcast(&length, sizeof length);
  text.resize(length);
  ranks.broadcast(text.data(), length);
}

void on_rank_0(Ranks* ranks, const std::function<void()>& work) {
  if (ranks == nullptr) {
    work();
    return;
  }
  std::exception_ptr error;
  std::string text;
  if (ranks->rank() == 0) {
    try {
      work();
    } catch (const std::exception& e) {
      error = std::current_exception();
      text = e.what();
    }
  }
  bool failed = error != nullptr;
  ranks->broadcast(&failed, sizeof failed);
  if (!failed) return;
  broadcast_text(*ranks, text);
  if (error) std::rethrow_exception(error);
  throw std::runtime_error(text);
}

std::optional<std::size_t> first_not_ok(Ranks& ranks, bool ok) {
  std::vector<double> wrong(ranks.size());
  wrong[ranks.rank()] = ok ? 0 : 1;
  ranks.sum(wrong.data(), wrong.size());
  const auto first = std::find(wrong.begin(), wrong.end(), 1.0);
  if (first == wrong.end()) return std::nullopt;
  return static_cast<std::size_t>(first - wrong.begin());
}

}  // namespace thinnet
