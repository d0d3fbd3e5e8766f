import Testing
import LevinTestKit
@testable import LevinTensor

@Suite struct TmpCoverage {
  @Test func coverage() {
    let a: Int = onSmallStack { 3 }
    print("COV", a)
    let b: [Int] = onSmallStack { let x = Tensor([1.0, 2.0]); return (x + 1).shape }
    print("COV", b)
    let c: [Double] = onSmallStack { let x = Tensor([1.0, 2.0]); return (x + 1).scalars }
    print("COV", c)
    let d: [Int] = onSmallStack { var x = Tensor([1.0, 2.0]); for _ in 0..<1000 { x = x + 1 }; return x.shape }
    print("COV", d)
    let e: [Int] = onSmallStack { var x = Tensor([1.0, 2.0]); for _ in 0..<10000 { x = x + 1 }; return x.shape }
    print("COV", e)
  }
}
