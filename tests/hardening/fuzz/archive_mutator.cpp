// How libFuzzer changes inputs that are zip files. Behind the checksums and offsets of a zip file
// blind changes hardly ever reach the arrays, so most of the time one entry is changed, added or
// taken away and the archive made anew around it.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

// libFuzzer's own changes, the dictionary's among them.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

struct Entry {
  std::string name, bytes;
  bool deflated = false;
};
using Entries = std::vector<Entry>;

constexpr std::size_t local_size = 30;

std::size_t number(const std::string& zip, std::size_t at, std::size_t width) {
  std::size_t value = 0;
  for (std::size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(zip.at(at + i));
  return value;
}

void put(std::string& zip, std::size_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) zip += static_cast<char>(value >> 8 * i & 0xFF);
}

std::string inflated(const std::string& bytes, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return "";
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib's
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string deflated(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, -9, 1, Z_DEFAULT_STRATEGY) != Z_OK) return "";
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // NOLINT: zlib's
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// The entries as their local headers have them, up to the first that is not whole.
Entries entries_of(const std::string& zip) {
  Entries entries;
  for (std::size_t at = 0;
       at + local_size <= zip.size() && zip.compare(at, 4, "PK\x03\x04") == 0;) {
    const std::size_t method = number(zip, at + 8, 2), packed = number(zip, at + 18, 4),
                      size = number(zip, at + 22, 4), name = number(zip, at + 26, 2),
                      begin = at + local_size + name + number(zip, at + 28, 2);
    constexpr std::size_t most = 1U << 16;
    if (begin > zip.size() || packed > zip.size() - begin || size > most) break;
    const std::string bytes = zip.substr(begin, packed);
    entries.push_back({zip.substr(at + local_size, name),
                       method == Z_DEFLATED ? inflated(bytes, size) : bytes, method == Z_DEFLATED});
    at = begin + packed;
  }
  return entries;
}

std::string zip_of(const Entries& entries) {
  std::string zip, directory;
  for (const Entry& entry : entries) {
    const std::string bytes = entry.deflated ? deflated(entry.bytes) : entry.bytes;
    std::string shared;  // by the local header and the directory
    put(shared, 20, 2);  // the version that is needed to read it
    put(shared, 0, 2);
    put(shared, entry.deflated ? Z_DEFLATED : 0, 2);
    put(shared, 0x210000, 4);  // midnight on 1 January 1980
    put(shared,
        crc32(0, reinterpret_cast<const Bytef*>(entry.bytes.data()),
              static_cast<uInt>(entry.bytes.size())),
        4);
    put(shared, bytes.size(), 4);
    put(shared, entry.bytes.size(), 4);
    put(shared, entry.name.size(), 2);
    put(shared, 0, 2);
    directory += "PK\x01\x02";
    put(directory, 20, 2);
    directory += shared;
    directory.append(10, '\0');
    put(directory, zip.size(), 4);
    directory += entry.name;
    zip.append("PK\x03\x04").append(shared).append(entry.name).append(bytes);
  }
  std::string end = "PK\x05\x06";
  put(end, 0, 4);
  put(end, entries.size(), 2);
  put(end, entries.size(), 2);
  put(end, directory.size(), 4);
  put(end, zip.size(), 4);
  put(end, 0, 2);
  return zip + directory + end;
}

void mutate(std::string& text, std::size_t most) {
  const std::size_t before = text.size();
  text.resize(std::max(before + 64, most));
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), before, text.size()));
}

/// One change to the entries; there is at least one.
void change(Entries& entries, std::mt19937& random) {
  const std::size_t i = random() % entries.size();
  switch (random() % 16) {
    case 0:
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    case 1:
      entries.push_back(entries[i]);
      break;
    case 2:
      mutate(entries[i].name, 0);
      break;
    case 3:
      entries[i].deflated = !entries[i].deflated;
      break;
    case 4:
      std::swap(entries[i].bytes, entries[random() % entries.size()].bytes);
      break;
    default:
      mutate(entries[i].bytes, 256);
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  Entries entries = entries_of({reinterpret_cast<const char*>(data), size});
  if (entries.empty()) return LLVMFuzzerMutate(data, size, max_size);
  change(entries, random);
  const std::string zip = zip_of(entries);
  if (zip.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(zip.begin(), zip.end(), data);
  return zip.size();
}
