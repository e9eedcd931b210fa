// All files in one process, which starts each browser once.
import "./browsers_test.mjs";
import "./changes_test.mjs";
import "./downloads_test.mjs";
import "./engine_test.mjs";
import "./ensemble_test.mjs";
import "./lectern_test.mjs";
import "./offline_test.mjs";
import "./page_test.mjs";
import "./seeds_test.mjs";
import "./tour_test.mjs";
