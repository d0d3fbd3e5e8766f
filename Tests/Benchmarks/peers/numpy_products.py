"""Matrix products in NumPy, which hands them to OpenBLAS."""

import common
import numpy as np


def product(size):
    a, b = common.matrices(size)
    return "matmul", size, lambda: common.matrix_product_time(np.matmul, a, b)


if __name__ == "__main__":
    options = common.parser(__doc__).parse_args()
    common.report(options, (), map(product, common.MATRIX_SIZES))
