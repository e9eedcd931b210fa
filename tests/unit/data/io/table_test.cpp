#include "data/io/table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "data/io/file.hpp"
#include "tests/support.hpp"
#include "tests/unit/data/temporary_folder.hpp"

namespace thinnet {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

using Names = std::vector<std::string>;

class Tables : public ::testing::Test {
 protected:
  Table read(const std::string& text, const std::string& label = "") const {
    write_file(path, text);
    return read_table(path, label);
  }
  /// What is said of a table, without its path.
  std::string error(const std::string& text, const std::string& label = "") const {
    const std::string message = message_of<std::runtime_error>([&] { read(text, label); });
    EXPECT_EQ(message.find(path + ": "), 0U) << message;
    return message.substr(std::min(message.size(), path.size() + 2));
  }
  static std::vector<double> row(const Dataset& data, std::size_t i) {
    std::vector<double> values(data.width());
    data.copy_row(i, values.data());
    return values;
  }
  static Labels labels(const Dataset& data) {
    Labels all;
    for (std::size_t i = 0; i < data.size(); ++i) all.push_back(data.label(i));
    return all;
  }

  const TemporaryFolder folder;
  const std::string path = folder / "train.csv";
};

TEST_F(Tables, BecomeADataSetWithNamedClasses) {
  const Table table = read(
      "length,width,species\r\n5.1,-3,setosa\r\n1e3,+4,\"versicolor, wild\"\r\n7,0.5,setosa\r\n"
      " 2 ,1,\"versicolor, wild\"\r\n");
  EXPECT_EQ(table.classes, (Names{"setosa", "versicolor, wild"}));
  EXPECT_EQ(table.features, (Names{"length", "width"}));
  EXPECT_EQ(table.label, "species");
  EXPECT_EQ(labels(table.data), (Labels{0, 1, 0, 1}));
  EXPECT_EQ(table.data.classes(), 2U);
  EXPECT_EQ(row(table.data, 0), (std::vector<double>{5.1, -3}));
  EXPECT_EQ(row(table.data, 1), (std::vector<double>{1000, 4}));
  EXPECT_EQ(row(table.data, 3), (std::vector<double>{2, 1}));
}

TEST_F(Tables, AreReadWithEverySeparator) {
  for (const char separator : {',', ';', '\t'}) {
    std::string text = "a b,label\n1,x\n2,y\n3,x\n4,y\n";
    std::replace(text.begin(), text.end(), ',', separator);
    EXPECT_EQ(read(text).features, Names{"a b"}) << separator;
  }
}

TEST_F(Tables, FindTheirLabels) {
  const std::string rows = "\n1,2,3\n1,2,3\n4,5,6\n4,5,6\n";
  EXPECT_EQ(read("a,label,b" + rows).label, "label");
  EXPECT_EQ(read("Class,a,b" + rows).label, "Class");
  EXPECT_EQ(read("a,b,TARGET" + rows).label, "TARGET");
  EXPECT_EQ(read("a,y,b" + rows).label, "y");
  EXPECT_EQ(read("a,label,b" + rows, "b").label, "b");
  EXPECT_EQ(read("a,b,c\n1,2,x\n1,2,x\n3,4,y\n3,4,y\n").label, "c");  // text at the end
  const std::string question = "which column holds the labels? Name it with --label; there are ";
  EXPECT_EQ(error("a,b,c" + rows), question + "a, b, c");
  EXPECT_EQ(error("y,label,c" + rows), question + "y, label, c");
  EXPECT_EQ(error("y,label,c" + rows, "d"), "no column 'd', there are y, label, c");
}

TEST_F(Tables, OrderNumbersBySize) {
  const Table table = read("a,label\n1,10\n2,9\n3,10\n4,9\n");
  EXPECT_EQ(table.classes, (Names{"9", "10"}));
  EXPECT_EQ(labels(table.data), (Labels{1, 0, 1, 0}));
  // pandas writes whole numbers so, where one was missing once.
  EXPECT_EQ(read("a,label\n1,1.0\n2,1\n3,-2.0\n4,1.0\n").classes, (Names{"-2", "1"}));
}

TEST_F(Tables, PassOverTheIndexOfPandas) {
  EXPECT_EQ(read(",a,label\n0,1,x\n1,2,y\n2,3,x\n3,4,y\n").features, Names{"a"});
  EXPECT_EQ(read("Unnamed: 0,a,label\n0,1,x\n1,2,y\n2,3,x\n3,4,y\n").features, Names{"a"});
}

TEST_F(Tables, ReadTruthsAndKeepBytes) {
  const Table table = read("a,b,label\nTrue,0,x\nFalse,255,y\nTrue,7,x\nFalse,8,y\n");
  EXPECT_EQ(row(table.data, 0), (std::vector<double>{1, 0}));
  EXPECT_EQ(row(table.data, 1), (std::vector<double>{0, 255}));
  for (const char* other : {"256", "-1", "0.5"}) {
    const Table numbers = read(std::string("a,label\n1,x\n") + other + ",x\n");
    EXPECT_EQ(row(numbers.data, 1), std::vector<double>{std::stod(other)});
  }
}

TEST_F(Tables, OfSquareWidthArePictures) {
  std::string header = "label", pixels = "0";
  for (int i = 0; i < 64; ++i) header += ",pixel" + std::to_string(i), pixels += ",9";
  const Table table = read(header + "\n" + pixels + "\n" + pixels + "\n");
  ASSERT_TRUE(table.data.picture());
  EXPECT_EQ(table.data.picture()->height, 8U);
  EXPECT_FALSE(read("a,label\n1,x\n2,x\n").data.picture());
}

TEST_F(Tables, TellLineAndColumnOfWhatIsNoNumber) {
  const std::string begin = "a,b,label\n1,2,x\n\n", at = "line 4, column 'b': ";
  for (const std::string bad :
       {"abc", "", "nan", "inf", "-inf", "1.5.2", "1,5", "0x10", "1e999", "NA", "1 2"}) {
    const std::string quoted = bad == "1,5" ? "\"1,5\"" : bad;
    EXPECT_EQ(error(fmt::format("{}3,{},x\n", begin, quoted)),
              fmt::format("{}'{}' is no finite number", at, bad));
  }
  EXPECT_EQ(error(begin + "3," + std::string(1000, 'z') + ",x\n"),
            at + "'" + std::string(40, 'z') + "…' is no finite number");
}

TEST_F(Tables, RefuseWhatIsNoTable) {
  EXPECT_EQ(error(""), "is empty");
  EXPECT_EQ(error("a,label\n"), "has a header and no rows");
  EXPECT_EQ(error("5,0,12\n7,1,3\n"),
            "the first line holds numbers alone: a header with the columns' names is needed");
  EXPECT_EQ(error("a,a,label\n1,2,x\n"), "two columns have the name 'a'");
  EXPECT_EQ(error("label\nx\nx\n"), "no column besides that of the labels");
  EXPECT_EQ(error("a,label\n1,x\n2\n"), "line 3 has 1 fields, the header 2");
  EXPECT_EQ(error("a,label\n1,x\n2,x,3\n"), "line 3 has 3 fields, the header 2");
  EXPECT_EQ(error("a,label\n1,\"x\n"), "line 2: a quote is not closed");
  EXPECT_EQ(error(std::string("\xFF\xFE"
                              "a\0",
                              4)),
            "is in UTF-16: save it as UTF-8");
}

TEST_F(Tables, RefuseLabelsThatAreNoClasses) {
  EXPECT_EQ(error("a,label\n1,x\n2,\n3,x\n"), "line 3, column 'label': no label");
  EXPECT_EQ(error("a,price\n1,2\n2,2.5\n3,2\n", "price"),
            "line 3, column 'price': 2.5 is no class: numbers to be predicted are no classes");
  EXPECT_EQ(error("a,id\n1,17\n2,18\n3,19\n4,17\n", "id"),
            "column 'id' has 3 values in 4 rows, too many to be classes: name another one with "
            "--label");
}

class TestTables : public Tables {
 protected:
  Dataset read_test(const std::string& text) const {
    write_file(test_path, text);
    return read_table_like(test_path, training);
  }
  std::string test_error(const std::string& text) const {
    const std::string message = message_of<std::runtime_error>([&] { read_test(text); });
    EXPECT_EQ(message.find(test_path + ": "), 0U) << message;
    return message.substr(std::min(message.size(), test_path.size() + 2));
  }
  const std::string test_path = folder / "test.csv";
  const Table training = read("a,b,label\n1,2,cat\n3,4,dog\n5,6,owl\n7,8,cat\n9,1,dog\n2,3,owl\n");
};

TEST_F(TestTables, HaveTheClassesOfTraining) {
  const Dataset data = read_test("a,b,label\n1.5,2,owl\n3,4,dog\n");
  EXPECT_EQ(labels(data), (Labels{2, 1}));  // no cat, and yet the same numbers
  EXPECT_EQ(data.classes(), 3U);
  EXPECT_EQ(test_error("a,b,label\n1,2,owl\n3,4,cow\n"),
            "line 3, column 'label': 'cow' is none of the training classes cat, dog, owl");
}

TEST_F(TestTables, FindTheColumnsByName) {
  EXPECT_EQ(row(read_test("label,b,id,a\nowl,2,text,1\n"), 0), (std::vector<double>{1, 2}));
  EXPECT_EQ(test_error("a,label\n1,owl\n"), "no column 'b' as in training, there are a, label");
  EXPECT_EQ(test_error("a,b\n1,2\n"), "no column 'label' as in training, there are a, b");
}

}  // namespace
}  // namespace thinnet
