#pragma once

#include <initializer_list>

#include "rigs/check.h"

struct NamedTest {
  const char* name;
  void (*add)(TCase*);
};

/// A test with its name for suite_of(), however this version of Check represents a test.
#define TEST(name)                     \
  NamedTest {                          \
    #name, [](TCase* test_case) {      \
      tcase_add_test(test_case, name); \
    }                                  \
  }

/// Returns a suite with one test case for each test. So each test has its own line in the results.
inline Suite* suite_of(const char* name, std::initializer_list<NamedTest> tests) {
  Suite* const suite = suite_create(name);
  for (const auto& test : tests) {
    TCase* const test_case = tcase_create(test.name);
    tcase_set_timeout(test_case, 180);
    test.add(test_case);
    suite_add_tcase(suite, test_case);
  }
  return suite;
}

#define SUITE_MAIN(suite)                                  \
  int main(int argc, char** argv) {                        \
    gst_check_init(&argc, &argv);                          \
    return gst_check_run_suite(suite(), #suite, __FILE__); \
  }
