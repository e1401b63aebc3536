package io.jenkins.plugins.mlops.core.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LooksIndexTest {

    @Test
    void whatIsFoundIsWhatComparingAllFinds() {
        Random random = new Random(3);
        long[] hashes = new long[2000];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = i % 2 == 0 ? random.nextLong() : flipped(hashes[random.nextInt(i)], random);
        }
        int[] numbers = IntStream.range(0, hashes.length).toArray();
        LooksIndex index = new LooksIndex(hashes, numbers);
        for (int distance = 0; distance <= LooksIndex.MAX_DISTANCE; distance++) {
            for (int i = 0; i < hashes.length; i += 7) {
                int expected = -1;
                for (int j = 0; j < i && expected < 0; j++) {
                    expected = Long.bitCount(hashes[j] ^ hashes[i]) <= distance ? j : -1;
                }
                assertThat(index.first(hashes[i], distance, i)).isEqualTo(expected);
            }
        }
    }

    private static long flipped(long hash, Random random) {
        long changed = hash;
        for (int i = random.nextInt(14); i > 0; i--) {
            changed ^= 1L << random.nextInt(64);
        }
        return changed;
    }
}
