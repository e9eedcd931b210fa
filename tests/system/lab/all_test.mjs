// Both files in one process, which starts one browser for both.
import "./engine_test.mjs";
import "./page_test.mjs";
