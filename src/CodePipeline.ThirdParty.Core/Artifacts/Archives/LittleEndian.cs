namespace CodePipeline.ThirdParty.Artifacts.Archives;

/// <summary>Reads and writes little-endian numbers.</summary>
internal static class LittleEndian
{
    public static int UInt16(byte[] data, int offset) => data[offset] | data[offset + 1] << 8;

    public static uint UInt32(byte[] data, int offset) =>
        (uint)(data[offset] | data[offset + 1] << 8 | data[offset + 2] << 16 | data[offset + 3] << 24);

    public static ulong UInt64(byte[] data, int offset) =>
        UInt32(data, offset) | (ulong)UInt32(data, offset + 4) << 32;

    public static void Put(byte[] data, int offset, ulong value, int bytes)
    {
        for (int index = 0; index < bytes; index++)
        {
            data[offset + index] = (byte)(value >> (8 * index));
        }
    }
}
