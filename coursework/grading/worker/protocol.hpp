// How a worker speaks: a line of JSON a request on stdin, a line of JSON a response on
// descriptor 3. stdout and stderr belong to the code under test.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "core/pass.hpp"

namespace coursework {

using Json = nlohmann::json;
using Matrix = thinnet::Matrix<double>;

/// {"rows": r, "columns": c, "values": [row-major]}. Throws std::invalid_argument when the number
/// of values is another.
Matrix matrix_of(const Json& json);
Json json_of(const Matrix& matrix);

/// The call's {"pass": {"training": true, "step": s, "examples": [e, …] or null}}, or {"pass":
/// {"training": false}}. The example numbers are put into `examples`, from which the pass borrows.
thinnet::Pass pass_of(const Json& call, thinnet::Examples& examples);

/// Whether a matrix is still what a request said.
bool is_still(const Matrix& matrix, const Json& json);

/// What `call` makes of each of the request's "calls", in order. The first that throws has
/// {"error": its message}, and no further one is made. A call that changed what is not its own has
/// said so in its result, as "trespass": the latest such text follows the results as an {"error"}.
Json results_of(const Json& request, const std::function<Json(const Json& call)>& call);

/// Answers every request of stdin with {"results": handle(request)}. Returns main's exit code.
int serve(const std::function<Json(const Json& request)>& handle);

}  // namespace coursework
