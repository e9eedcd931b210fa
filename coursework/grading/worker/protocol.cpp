#include "grading/worker/protocol.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>

namespace coursework {
namespace {

constexpr int answers = 3;

/// JSON with NaN, Infinity and -Infinity, which the standard has no words for and Python reads.
void append(std::string& text, const Json& json) {  // NOLINT(misc-no-recursion): JSON nests
  const char* separator = "";
  if (json.is_array()) {
    text += '[';
    for (const Json& entry : json) {
      text += separator;
      append(text, entry);
      separator = ",";
    }
    text += ']';
  } else if (json.is_object()) {
    text += '{';
    for (const auto& [key, entry] : json.items()) {
      text += separator + Json(key).dump() + ':';
      append(text, entry);
      separator = ",";
    }
    text += '}';
  } else if (json.is_number_float() && !std::isfinite(json.get<double>())) {
    const double value = json.get<double>();
    text += std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  } else {
    text += json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

bool write_all(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(answers, text.data() + done, text.size() - done);
    if (written <= 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

Matrix matrix_of(const Json& json) {
  Matrix matrix({json.at("rows").get<std::size_t>(), json.at("columns").get<std::size_t>()});
  const auto values = json.at("values").get<std::vector<double>>();
  if (values.size() != matrix.size()) throw std::invalid_argument("a matrix of another size");
  std::copy(values.begin(), values.end(), matrix.data());
  return matrix;
}

Json json_of(const Matrix& matrix) {
  return {{"rows", matrix.shape(0)},
          {"columns", matrix.shape(1)},
          {"values", std::vector<double>(matrix.data(), matrix.data() + matrix.size())}};
}

bool is_still(const Matrix& matrix, const Json& json) {
  const Matrix before = matrix_of(json);
  return matrix.shape() == before.shape() &&
         std::equal(matrix.begin(), matrix.end(), before.begin(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

thinnet::Pass pass_of(const Json& call, thinnet::Examples& examples) {
  const Json& pass = call.at("pass");
  if (!pass.at("training").get<bool>()) return thinnet::test();
  const auto step = pass.at("step").get<std::uint64_t>();
  if (pass.at("examples").is_null()) return thinnet::train(step);
  examples = pass.at("examples").get<thinnet::Examples>();
  return thinnet::train(step, examples);
}

Json results_of(const Json& request, const std::function<Json(const Json& call)>& call) {
  Json results = Json::array(), trespass;
  for (const Json& one : request.at("calls")) {
    try {
      Json result = call(one);
      if (result.contains("trespass")) {
        trespass = result["trespass"];
        result.erase("trespass");
      }
      results.push_back(result);
    } catch (const std::bad_alloc&) {
      throw;  // ends the worker: every further request would fill the memory once more
    } catch (const std::exception& e) {
      results.push_back({{"error", e.what()}});
      return results;
    }
  }
  if (!trespass.is_null()) results.push_back({{"error", trespass}});
  return results;
}

int serve(const std::function<Json(const Json& request)>& handle) {
  for (std::string line; std::getline(std::cin, line);) {
    std::string text;
    append(text, {{"results", handle(Json::parse(line))}});
    if (!write_all(text + '\n')) return 2;
  }
  return 0;
}

}  // namespace coursework
