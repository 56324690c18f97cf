using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using CodePipeline.ThirdParty.Emulation.Http;
using CodePipeline.ThirdParty.Emulation.S3;
using CodePipeline.ThirdParty.Emulation.Signing;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>S3 bodies in aws-chunked encoding, with and without signatures and trailers.</summary>
internal sealed class ChunksTarget : FuzzTarget
{
    private static readonly byte[] s_key = new byte[32];

    public override string Name => "aws-chunked";

    public override IReadOnlyList<byte[]> Words { get; } = AsWords(
        "\r\n", "0\r\n\r\n", "0;chunk-signature=", "ffffffffffffffff\r\n", "7fffffffffffffff;", "-1\r\n",
        ";chunk-signature=", "x-amz-checksum-crc32:AAAAAA==\r\n", "x-amz-trailer-signature:0\r\n", "2000\r\n", ":\r\n");

    public override byte[] Make(Draw draw)
    {
        using MemoryStream body = new();
        int manner = draw.Below(3);
        ChunkSigner signer = Signer();
        body.WriteByte((byte)manner);
        for (int chunks = draw.Between(0, 3); chunks >= 0; chunks--)
        {
            byte[] data = chunks == 0 ? [] : new byte[draw.Chance(0.7) ? 8192 : draw.Below(20_000)];
            string signature = manner == 0 ? string.Empty : ";chunk-signature=" + signer.Chunk(Hashing.Sha256(data));
            body.Write(Encoding.ASCII.GetBytes($"{data.Length:x}{signature}\r\n"));
            body.Write(data);
            body.Write(Encoding.ASCII.GetBytes(data.Length > 0 ? "\r\n" : string.Empty));
        }

        if (manner != 1)
        {
            string trailer = "x-amz-checksum-crc32:AAAAAA==\n";
            body.Write(Encoding.ASCII.GetBytes(trailer.Replace("\n", "\r\n", StringComparison.Ordinal)));
            body.Write(Encoding.ASCII.GetBytes(
                manner == 2
                    ? $"x-amz-trailer-signature:{signer.Trailer(Hashing.Sha256(Encoding.ASCII.GetBytes(trailer)))}\r\n"
                    : string.Empty));
        }

        body.Write("\r\n"u8);
        return body.ToArray();
    }

    public override string Run(byte[] input)
    {
        int manner = input.Length > 0 ? input[0] % 3 : 0;
        using AwsChunkedStream stream = new(
            new MemoryStream(input, Math.Min(1, input.Length), Math.Max(0, input.Length - 1)),
            manner == 0 ? null : Signer(), hasTrailer: manner != 1);
        byte[] buffer = new byte[4096];
        long total = 0;
        try
        {
            for (int read; (read = stream.ReadAsync(buffer, 0, buffer.Length).GetAwaiter().GetResult()) > 0;)
            {
                total += read;
            }
        }
        catch (S3Exception error)
        {
            return error.Code;
        }
        catch (HttpFormatException error)
        {
            return Shape(error);
        }

        Hold(total <= input.Length, "More bytes were read than sent.");
        return $"{manner}whole{Count(stream.Trailers.Count)}{total > 0}";
    }

    private static ChunkSigner Signer() =>
        new(s_key, "20300102T030405Z", "20300102/us-east-1/s3/aws4_request", new string('0', 64));
}
