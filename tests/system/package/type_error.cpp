// A layer of float in a net of double.
#include <thinnet/thinnet.hpp>

int main() {
  thinnet::Sequential<double> net(4, thinnet::Affine<double>(4, 3), thinnet::Relu<float>());
}
