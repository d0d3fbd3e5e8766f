import Levin
import Testing

private final class Line: Module {
  @Parameter var slope: Tensor
  @Parameter var offset: Tensor = [1]

  init(slope: Float) { self.slope = [slope, slope + 1] }
}

@Suite struct ParameterTests {
  @Test func valuesComeFromTheInitialiserAndTheDeclaration() {
    let line = Line(slope: 2)
    #expect(line.slope.scalars == [2, 3])
    #expect(line.offset.scalars == [1])
    #expect(line.slope.requiresGradient)
    #expect(line.$slope === line.parameters[0])
  }

  @Test func gradientsAreTakenAtTheWrappedValue() throws {
    let line = Line(slope: 2)
    let gradient = gradients(of: line.slope.square().sum(), at: [line.slope])[0]
    #expect(try #require(gradient).scalars == [4, 6])
  }

  @Test func anAssignedGraphValueIsCutOff() {
    let line = Line(slope: 2)
    let old = line.slope
    line.slope = line.slope * 2
    #expect(line.slope.scalars == [4, 6])
    #expect(gradients(of: line.slope.sum(), at: [old])[0] == nil)
  }

  @Test(arguments: [Tensor([1, 2]), Tensor([Int32(1), 2]), Tensor([true, false])])
  func numbersThatAreNotRealBecomeFloat32(_ value: Tensor) {
    let parameter = Parameter(wrappedValue: value)
    #expect(parameter.wrappedValue.dtype == .float32)
    #expect(parameter.wrappedValue.scalars == value.scalars)
  }

  @Test func doublePrecisionIsKept() {
    let parameter = Parameter(wrappedValue: Tensor([0.1]))
    #expect(parameter.wrappedValue.dtype == .float64)
    #expect(parameter.wrappedValue.item() == 0.1)
  }
}
