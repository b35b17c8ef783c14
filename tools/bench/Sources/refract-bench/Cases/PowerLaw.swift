import Glibc

/// Zipf's law with the exponent 0.8: the weight of the one that comes at `place`, from 1.
func powerLaw(_ place: Int) -> Double { pow(Double(place), -0.8) }
