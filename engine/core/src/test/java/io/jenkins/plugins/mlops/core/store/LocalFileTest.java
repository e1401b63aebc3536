package io.jenkins.plugins.mlops.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFileTest {

    private static final long MIB = 1L << 20;
    private static final long TIB = 1L << 40;
    /** What S3 allows. */
    private static final long MOST_PARTS = 10_000;

    @ParameterizedTest
    @ValueSource(
            longs = {
                64 * MIB + 1,
                10_000 * 64 * MIB,
                10_000 * 64 * MIB + 1,
                10_000 * 128 * MIB,
                10_000 * 128 * MIB + 1,
                5 * TIB - 1,
                5 * TIB,
                48 * TIB
            })
    void partsAreFewAndSmallEnough(long size) {
        long part = LocalFile.partSize(size, LocalFile.PART_SIZE);
        assertThat((size + part - 1) / part).isBetween(2L, MOST_PARTS);
        assertThat(part).isBetween(LocalFile.PART_SIZE, 5L << 30);
        assertThat(part % LocalFile.PART_SIZE).isZero();
    }
}
