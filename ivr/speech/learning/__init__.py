"""Learning, on the machine that will hear, which state of the recogniser's encoder is which sound.

What is learned is no source, so it is not kept with it; the lessons are: synthetic voices that say
answers and sentences of this product.
"""
