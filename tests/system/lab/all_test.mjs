// All files in one process, which starts one browser for all.
import "./engine_test.mjs";
import "./ensemble_test.mjs";
import "./page_test.mjs";
import "./seeds_test.mjs";
import "./tour_test.mjs";
